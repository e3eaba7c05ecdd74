"""News inside a desk and between desks: heard once, coalesced, and nothing waited for after the end."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.messaging.live import DESK, INBOX, MORE, TYPING, Hub, LiveEvent, conversation_topic
from bot.store.engine import Store

pytestmark = pytest.mark.anyio

CHAT = conversation_topic(12)


async def test_news_reach_those_who_listen_to_the_topic() -> None:
    hub = Hub(desk_id="desk-1")
    with hub.subscribe(CHAT) as mine, hub.subscribe(conversation_topic(13)) as others:
        hub.publish(CHAT)
        hub.publish(CHAT, TYPING, by="agent")
        assert await mine.get() == LiveEvent(CHAT, MORE)
        assert await mine.get() == LiveEvent(CHAT, TYPING, "agent")
        hub.publish(conversation_topic(13))
        assert await others.get() == LiveEvent("conversation:13", MORE)


async def test_equal_news_wait_once() -> None:
    hub = Hub(desk_id="desk-1")
    with hub.subscribe(CHAT) as listener:
        for _ in range(1000):
            hub.publish(CHAT)
        hub.publish(CHAT, TYPING, by="bot")
        assert (await listener.get(), await listener.get()) == (
            LiveEvent(CHAT, MORE),
            LiveEvent(CHAT, TYPING, "bot"),
        )


async def test_news_may_come_from_any_thread() -> None:
    hub = Hub(desk_id="desk-1")
    with hub.subscribe(DESK) as listener:
        thread = threading.Thread(target=hub.publish, args=(DESK,))
        thread.start()
        async with asyncio.timeout(5):
            assert await listener.get() == LiveEvent(DESK, MORE)
        thread.join()


async def test_news_nobody_hears_are_no_fault() -> None:
    Hub(desk_id="desk-1").publish(CHAT)


async def test_closing_ends_those_who_listen() -> None:
    hub = Hub(desk_id="desk-1")
    with hub.subscribe(CHAT) as listener:
        hub.publish(CHAT)
        hub.close()
        assert [event async for event in listener] == [LiveEvent(CHAT, MORE)]
    with hub.subscribe(CHAT) as late:
        assert await late.get() is None


@asynccontextmanager
async def running(*hubs: Hub) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(hub.run()) for hub in hubs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def two_desks(store: Store) -> tuple[Hub, Hub]:
    url = store.engine.url
    return Hub(desk_id="desk-1", postgres=url), Hub(desk_id="desk-2", postgres=url)


async def test_news_travel_between_desks_by_postgresql(postgres_store: Store) -> None:
    here, there = two_desks(postgres_store)
    async with running(here, there):
        with here.subscribe(CHAT) as mine, there.subscribe(CHAT, INBOX) as theirs:
            async with asyncio.timeout(10):
                # Both are connected when each has been told to look once.
                await asyncio.gather(mine.get(), theirs.get(), theirs.get())
                here.publish(INBOX)  # wakes this desk alone
                here.publish(CHAT, TYPING, by="agent")
                assert await theirs.get() == LiveEvent(CHAT, TYPING, "agent")
                assert await mine.get() == LiveEvent(CHAT, TYPING, "agent"), "here at once, and only once"
                here.publish(CHAT)
                assert await mine.get() == LiveEvent(CHAT, MORE)


async def test_after_a_lost_connection_everyone_looks_once(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.messaging.between_desks._RECONNECT_SECONDS", 0.05)
    hub, _ = two_desks(postgres_store)
    async with running(hub):
        with hub.subscribe(CHAT) as listener:
            async with asyncio.timeout(15):
                await listener.get()
                with postgres_store.engine.connect() as connection:
                    connection.exec_driver_sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        " AND datname = current_database()"
                    )
                assert await listener.get() == LiveEvent(CHAT, MORE)
