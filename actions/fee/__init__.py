"""Fees 费用 (R18): questions answered at once, an account line by line, a charge to be checked as a case."""
