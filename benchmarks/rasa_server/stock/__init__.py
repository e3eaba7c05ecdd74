"""The stock Rasa project the benchmark compares with."""
