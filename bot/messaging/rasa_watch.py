"""Is the Rasa server there? Known from the last call, and by asking until it is back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.messaging.rasa_client import RasaClient

log = logging.getLogger(__name__)

ASK_EVERY_SECONDS = 0.5


class RasaWatch:
    """Keeps `model`, the loaded model's name, or None while the server is away."""

    def __init__(self, rasa: RasaClient, *, came_back: Callable[[], Awaitable[None]]) -> None:
        self._rasa = rasa
        self._came_back = came_back
        self._ready = asyncio.Event()
        self._doubt = asyncio.Event()
        self._away_since: float | None = None
        self.model: str | None = None

    @property
    def is_ready(self) -> bool:
        """As far as is known."""
        return self._ready.is_set()

    def away_for(self) -> float:
        """Seconds since it was found away; 0 while it is there."""
        return 0.0 if self._away_since is None else asyncio.get_running_loop().time() - self._away_since

    def note_fault(self) -> None:
        """A call failed: ask again at once whether it is there."""
        self._doubt.set()

    async def until_ready(self, seconds: float) -> bool:
        """Wait until it is there, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Ask until cancelled: often while it is away, only after a failed call while it is there."""
        while True:
            self._doubt.clear()
            self.model = await self._rasa.ready()
            if self.model is None:
                self._mark_away()
                await asyncio.sleep(ASK_EVERY_SECONDS)
                continue
            if not self._ready.is_set():
                await self._mark_ready()
            await self._doubt.wait()

    def _mark_away(self) -> None:
        if self._away_since is None:
            self._away_since = asyncio.get_running_loop().time()
            log.warning("rasa.away")
        self._ready.clear()

    async def _mark_ready(self) -> None:
        log.info("rasa.ready", extra={"model": self.model})
        self._away_since = None
        self._ready.set()
        await self._came_back()
