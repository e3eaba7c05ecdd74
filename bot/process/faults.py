"""The one kind of error an operator sees: which thing, why, and the mend, one line each."""

from collections.abc import Iterable
from typing import Self


class OperatorError(Exception):
    """Something the operator can mend; its `lines` are printed as they are, without a traceback."""

    def __init__(self, what: str, reason: str, mend: str) -> None:
        self.lines: tuple[str, ...] = (f"{what}: {reason}; {mend}",)
        super().__init__(self.lines[0])

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """Several mistakes at once (an estate's file), each already one line."""
        error = cls.__new__(cls)
        error.lines = tuple(lines)
        Exception.__init__(error, "\n".join(error.lines))
        return error
