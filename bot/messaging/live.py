"""Live news inside the desk: topics say only "there is more"; what there is, is read from the store.

With PostgreSQL the news also travels between desks (between_desks.py).
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import URL

DESK = "desk"
"""Something changed that agents see in their lists."""
INBOX = "inbox"
"""A message or a turn is there to be handled: wakes the dispatcher of this process."""
OUTBOX = "outbox"
"""A row is there to be sent: wakes the sender of this process."""

MORE = "more"
TYPING = "typing"


def conversation_topic(conversation_id: int) -> str:
    """The topic of one conversation: `conversation:12`."""
    return f"conversation:{conversation_id}"


@dataclass(frozen=True)
class LiveEvent:
    """One piece of news; `by` names who types: bot | agent | resident."""

    topic: str
    kind: str
    by: str | None = None


class Subscription:
    """What one listener has not heard yet. Equal news waits once, so a slow listener costs nothing."""

    def __init__(self) -> None:
        self._pending: dict[LiveEvent, None] = {}
        self._news = asyncio.Event()
        self._closed = False

    def put(self, event: LiveEvent) -> None:
        self._pending[event] = None
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    async def get(self) -> LiveEvent | None:
        """The next piece of news; None when the hub has closed."""
        while not self._pending:
            if self._closed:
                return None
            self._news.clear()
            await self._news.wait()
        event = next(iter(self._pending))
        del self._pending[event]
        return event

    async def wait(self, seconds: float) -> None:
        """Wait for any news, at most `seconds`, and take all of it. There is none after the hub closed."""
        if self._closed:
            await asyncio.sleep(seconds)
        elif not self._pending:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return
        self._pending.clear()

    async def __aiter__(self) -> AsyncIterator[LiveEvent]:
        while (event := await self.get()) is not None:
            yield event


class Hub:
    """Hands news to whoever listens in this process, and to the other desks when given a PostgreSQL URL."""

    def __init__(self, *, desk_id: str, postgres: URL | None = None) -> None:
        self._desk_id = desk_id
        self._postgres = postgres
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: int | None = None
        self._outgoing: dict[LiveEvent, None] = {}
        self._has_outgoing: asyncio.Event | None = None
        self._closed = False

    def publish(self, topic: str, kind: str = MORE, *, by: str | None = None) -> None:
        """Tell all who listen to `topic`. Call it after the commit; from any thread; never blocks."""
        event = LiveEvent(topic, kind, by)
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        if threading.get_ident() == self._thread:
            self._publish(event)
        else:
            loop.call_soon_threadsafe(self._publish, event)

    def conversation_changed(self, conversation_id: int) -> None:
        """Tell the resident's page and the agents' lists that this conversation has something new."""
        self.publish(conversation_topic(conversation_id))
        self.publish(DESK)

    @contextmanager
    def subscribe(self, *topics: str) -> Iterator[Subscription]:
        """Listen to `topics` while the block runs; inside the event loop only."""
        self._bind()
        subscription = Subscription()
        if self._closed:
            subscription.close()
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                listeners = self._subscriptions[topic]
                listeners.discard(subscription)
                if not listeners:
                    del self._subscriptions[topic]

    def close(self) -> None:
        """End every subscription, so that open live connections finish before the server stops."""
        self._closed = True
        for subscription in self._all():
            subscription.close()

    async def run(self) -> None:
        """Carry news between desks until cancelled; returns at once where there is only this desk."""
        self._bind()
        if self._postgres is None:
            return
        # Only here: the driver is 10 MB that a desk on SQLite does without.
        from bot.messaging.between_desks import Wire

        assert self._has_outgoing is not None
        await Wire(
            self._postgres,
            desk_id=self._desk_id,
            outgoing=self._outgoing,
            has_outgoing=self._has_outgoing,
            topics=lambda: tuple(self._subscriptions),
            hand_out=self._hand_out,
        ).run()

    def _bind(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.get_ident()
            self._has_outgoing = asyncio.Event()

    def _all(self) -> set[Subscription]:
        return {one for listeners in self._subscriptions.values() for one in listeners}

    def _publish(self, event: LiveEvent) -> None:
        self._hand_out(event)
        # Waking the other desks' dispatchers for each message would only make them race for it.
        if self._postgres is not None and event.topic not in (INBOX, OUTBOX):
            self._outgoing[event] = None
            assert self._has_outgoing is not None
            self._has_outgoing.set()

    def _hand_out(self, event: LiveEvent) -> None:
        # Who listens to TYPING hears it of every conversation (a channel that shows it elsewhere).
        listeners = [*self._subscriptions.get(event.topic, ())]
        if event.kind == TYPING:
            listeners += self._subscriptions.get(TYPING, ())
        for subscription in listeners:
            subscription.put(event)
