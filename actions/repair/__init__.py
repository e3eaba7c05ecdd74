"""Repairs 报修 (R7): what, where, since when; confirmed and opened as a case."""
