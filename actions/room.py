"""What every custom action is given: the store, the estate, the clock, and one bounded transaction a call.

Rasa waits five seconds for an action and then counts the turn as failed; an action ends itself before
that. What it wrote is kept under a key, so that the same turn played again finds it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlalchemy.orm import Session

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate
from bot.desk.handbook.model import EMPTY, Handbook
from bot.desk.wording.words import Words
from bot.store.engine import Store

SECONDS = 3.5

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One action's transaction: everything a handler may touch."""

    session: Session
    estate: Estate
    calendar: WorkingCalendar
    words: Words
    now: datetime
    handbook: Handbook = EMPTY


class Room:
    """Where actions do their work: runs one handler in one transaction, in a thread, in bounded time."""

    def __init__(
        self,
        store: Store,
        estate: Estate,
        words: Words,
        *,
        now: Callable[[], datetime],
        handbook: Callable[[], Handbook] = lambda: EMPTY,
        seconds: float = SECONDS,
    ) -> None:
        """`store` has a pool of its own; `now` is the desk's clock (aware); `handbook` gives the present one;
        `seconds` bounds one call."""
        self._store, self._estate, self._words = store, estate, words
        self._now, self._handbook, self._seconds = now, handbook, seconds
        self._calendar = WorkingCalendar.of(estate)

    async def run(self, work: Callable[[Call], T], *, writes: bool) -> T:
        """Return what `work` returns; TimeoutError when it takes too long (its thread is left alone)."""
        with anyio.fail_after(self._seconds):
            return await anyio.to_thread.run_sync(
                partial(self._in_transaction, work, writes), abandon_on_cancel=True
            )

    def _in_transaction(self, work: Callable[[Call], T], writes: bool) -> T:
        with self._store.write() if writes else self._store.read() as session:
            return work(
                Call(session, self._estate, self._calendar, self._words, self._now(), self._handbook())
            )
