"""The clock's lease was lost to another desk."""


class LeaseLost(Exception):
    """Another desk turns the clock now."""
