"""Slows those who are too fast; never mutes: a bucket that fills again, and the time until it has a drop."""

import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

_MOST_KEYS = 50_000


class Pace:
    """`burst` at once, then one every `seconds`, for each key. In memory: each desk counts for itself."""

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
