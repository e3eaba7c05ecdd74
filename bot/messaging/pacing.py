"""A channel's own speed limits: messages a second in all, and seconds between two to one address."""

import asyncio
from collections import OrderedDict

from bot.messaging.channels.base import Limits

_MOST_ADDRESSES = 20_000


class ChannelPace:
    """Waits until the channel may be given the next message. For one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._apart = 1.0 / limits.per_second if limits.per_second else 0.0
        self._apart_per_chat = limits.seconds_per_chat
        self._next = 0.0
        self._next_by_address: OrderedDict[str, float] = OrderedDict()

    async def for_any(self) -> None:
        """Wait for the channel's limit in all."""
        if self._apart:
            self._next = await _wait_turn(self._next, self._apart)

    async def for_address(self, address: str) -> bool:
        """Wait for the address's limit. True when it took time: what was true before may be so no more."""
        if not self._apart_per_chat:
            return False
        free_at = self._next_by_address.get(address, 0.0)
        waited = free_at > asyncio.get_running_loop().time()
        self._keep(address, await _wait_turn(free_at, self._apart_per_chat))
        return waited

    def _keep(self, address: str, free_at: float) -> None:
        self._next_by_address[address] = free_at
        self._next_by_address.move_to_end(address)
        while len(self._next_by_address) > _MOST_ADDRESSES:
            self._next_by_address.popitem(last=False)


async def _wait_turn(free_at: float, apart: float) -> float:
    """Sleep until `free_at`; returns when the next one is free."""
    now = asyncio.get_running_loop().time()
    if free_at > now:
        await asyncio.sleep(free_at - now)
    return max(free_at, now) + apart
