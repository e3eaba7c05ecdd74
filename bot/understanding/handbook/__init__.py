"""Which entries of the handbook may answer a message."""
