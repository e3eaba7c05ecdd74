"""Rasa policies (thin): apply what the desk decided."""
