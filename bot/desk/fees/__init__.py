"""Fees: how an amount is reckoned, what a home was billed for, the finance office's list read in."""
