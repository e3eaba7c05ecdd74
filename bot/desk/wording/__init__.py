"""The words a resident reads: loaded from data, picked by situation, composed into one message."""
