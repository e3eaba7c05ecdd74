"""The live connection of a page: it says only that there is more; the page fetches what it shows."""

import asyncio
from collections.abc import AsyncIterator

from anyio.to_thread import run_sync
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from bot.workspace.faults import MustChangePassword, SecondFactorNeeded, not_there
from bot.workspace.parts import DESK, Parts, chat_topic
from bot.workspace.visits import parts_of, who

LIFE_SECONDS = 600
"""Then the page connects again, so that a session that is over does not listen for ever."""
PING_SECONDS = 15


async def live(request: Request) -> Response:
    """GET /desk/live?chat=12: the desk's news and, if she may see it, the news of one chat."""
    me = await run_sync(who, request)
    if me.owes_factor:
        raise SecondFactorNeeded
    if me.must_change_password:
        raise MustChangePassword
    topics = [DESK]
    if wanted := request.query_params.get("chat", ""):
        if not me.serves_chats or not wanted.isascii() or not wanted.isdigit():
            raise not_there()
        topics.append(chat_topic(int(wanted)))
    return EventSourceResponse(_news(parts_of(request), topics), ping=PING_SECONDS)


async def _news(parts: Parts, topics: list[str]) -> AsyncIterator[ServerSentEvent]:
    with parts.live.subscribe(*topics) as listener:
        yield ServerSentEvent(event="ready", data="")
        try:
            async with asyncio.timeout(LIFE_SECONDS):
                while (news := await listener.get()) is not None:
                    about = "desk" if news.topic == DESK else "chat"
                    if news.kind == "more":
                        yield ServerSentEvent(event="more", data=about)
                    elif news.kind == "typing" and news.by == "resident":
                        yield ServerSentEvent(event="typing", data=news.by)
        except TimeoutError:
            return
