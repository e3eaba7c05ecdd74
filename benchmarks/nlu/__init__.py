"""How well residents are understood, beside what was tried and beside a stock Rasa."""
