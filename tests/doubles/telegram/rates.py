"""How much Telegram takes: one message a second and chat after a burst, 30 in all, 20 a minute in a group."""

import math
from collections.abc import Callable

from tests.doubles.telegram.faults import Fault

BURST = 3
"""So many messages to one chat pass at once; then one a second."""
GROUP_WRITES_A_MINUTE = 20
"""In one group, all its topics together."""
WRITES = ("sendmessage", "sendphoto", "senddocument", "sendvoice")
GROUP_WRITES = (*WRITES, "createforumtopic", "editmessagetext", "editmessagereplymarkup", "pinchatmessage")


class Rates:
    """Counts, and refuses with 429 what is too much."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._group: dict[int, list[float]] = {}

    def check(self, method: str, chat_id: int) -> None:
        """Raises ApiError 429 with `retry_after`."""
        if chat_id < 0 and method in GROUP_WRITES:
            self._check_group(chat_id)
        elif method in WRITES:
            self._check_chat(chat_id)

    def _check_chat(self, chat_id: int) -> None:
        """Two buckets: what fits into both passes, and they fill again as time goes by."""
        now = self._clock()
        buckets = {str(chat_id): (BURST, 1.0), "": (30, 30.0)}
        full = {}
        for key, (size, a_second) in buckets.items():
            left, at = self._buckets.get(key, (float(size), now))
            full[key] = min(float(size), left + (now - at) * a_second)
        if min(full.values()) < 1.0:
            raise Fault("error", code=429, retry_after=1).error()
        self._buckets |= {key: (left - 1.0, now) for key, left in full.items()}

    def _check_group(self, chat_id: int) -> None:
        now = self._clock()
        recent = [at for at in self._group.get(chat_id, []) if at > now - 60]
        if len(recent) >= GROUP_WRITES_A_MINUTE:
            after = max(1, math.ceil(recent[0] + 60 - now))
            raise Fault("error", code=429, retry_after=after).error()
        self._group[chat_id] = [*recent, now]
