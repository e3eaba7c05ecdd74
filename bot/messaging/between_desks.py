"""Live news between desks on one PostgreSQL, by LISTEN/NOTIFY; the payload holds ids only."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

import psycopg
from sqlalchemy.engine import URL

from bot.messaging.live import MORE, LiveEvent

log = logging.getLogger(__name__)

_CHANNEL = "guanjia_live"
_RECONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Wire:
    """Carries a hub's news to the other desks and theirs to it."""

    url: URL
    desk_id: str
    outgoing: dict[LiveEvent, None]
    """What is to be told; taken out when it was."""
    has_outgoing: asyncio.Event
    topics: Callable[[], Iterable[str]]
    """What somebody here listens to."""
    hand_out: Callable[[LiveEvent], None]

    async def run(self) -> None:
        """Carry until cancelled, over a new connection where one is lost."""
        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                await self._carry(dsn)
            except* psycopg.Error as lost:
                log.warning("live.connection_lost", extra={"error": str(lost.exceptions[0])})
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _carry(self, dsn: str) -> None:
        async with (
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as listening,
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as telling,
        ):
            await listening.execute(f"LISTEN {_CHANNEL}")
            # What was said while nobody listened is lost; everyone reads the store once.
            for topic in self.topics():
                self.hand_out(LiveEvent(topic, MORE))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(listening))
                tasks.create_task(self._tell(telling))

    async def _listen(self, connection: psycopg.AsyncConnection[object]) -> None:
        async for notification in connection.notifies():
            said = json.loads(notification.payload)
            if said.pop("desk") != self.desk_id:
                self.hand_out(LiveEvent(**said))

    async def _tell(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            await self.has_outgoing.wait()
            self.has_outgoing.clear()
            while self.outgoing:
                event = next(iter(self.outgoing))
                payload = json.dumps({"desk": self.desk_id, **asdict(event)})
                await connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, payload))
                self.outgoing.pop(event, None)
