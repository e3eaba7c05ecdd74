"""The one kind of error an operator sees: which thing, why, and the mend, in one line."""


class OperatorError(Exception):
    """Something the operator can mend; printed as it is, without a traceback."""

    def __init__(self, what: str, reason: str, mend: str) -> None:
        super().__init__(f"{what}: {reason}; {mend}")
