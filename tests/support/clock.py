"""A clock turned by hand: tests never sleep."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""Wednesday, 09:00 in the estate's zone."""


class HandClock:
    """Callable like the app's `now`; `turn` moves it on."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a duration, or by `minutes=5` and the like; returns the new time."""
        self.at += by if by is not None else timedelta(**parts)
        return self.at
