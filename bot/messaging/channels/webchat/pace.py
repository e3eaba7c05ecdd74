"""Slows those who are too fast; never mutes: a bucket that fills again, and the time until it has a drop."""

import math
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic

from sqlalchemy.orm import Session

from bot.messaging.work import StoreWork
from bot.store import paces

_MOST_KEYS = 50_000
_CLEAR_EVERY = 500
"""Questions of one desk after which rows that say nothing any more are cleared away."""


class Pace:
    """`burst` at once, then one every `seconds`, for each key. In memory, for one process."""

    def __init__(self, *, burst: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()
        """When the key's bucket will be full again."""

    def take(self, key: str) -> int:
        """0: go on. Else: whole seconds to wait before trying again."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at + self._seconds - now - self._burst * self._seconds
        if wait > 1e-9:
            return max(1, math.ceil(wait))
        self._full_at[key] = full_at + self._seconds
        self._full_at.move_to_end(key)
        while len(self._full_at) > _MOST_KEYS:
            self._full_at.popitem(last=False)
        return 0


class Limit:
    """A pace of the web chat by the name of `name`, kept where all desks of a store see it.

    On SQLite that is this process, the only desk there is; on PostgreSQL it is a row for each key.
    """

    def __init__(
        self, work: StoreWork, name: str, *, burst: int, seconds: float, now: Callable[[], datetime]
    ) -> None:
        self._work, self._name, self._now = work, name, now
        self._burst, self._every = burst, timedelta(seconds=seconds)
        self._alone = None if work.store.is_postgres else Pace(burst=burst, seconds=seconds)
        self._asked = 0

    async def take(self, key: str) -> int:
        """0: go on. Else: whole seconds to wait before trying again. StoreError where the store is away."""
        if self._alone is not None:
            return self._alone.take(key)
        self._asked += 1
        return math.ceil((await self._work.write(partial(self._take, key))).total_seconds())

    def _take(self, key: str, session: Session) -> timedelta:
        if self._asked % _CLEAR_EVERY == 0:
            paces.forget_full(session, now=self._now())
        hashed = sha256(key.encode()).hexdigest()[:40]
        return paces.take(
            session, f"{self._name}:{hashed}", burst=self._burst, every=self._every, now=self._now()
        )
