"""Plain Python 3.10 without dependencies, for both sides: normalisation, lexicons, rooms."""
