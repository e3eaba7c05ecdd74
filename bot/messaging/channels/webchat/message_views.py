"""Messages of a page: sent, read back by revision, seen; who types; pictures; the live connection."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from bot.desk.talk.transcript import NewAttachment, mark_read, storable
from bot.messaging import inbox
from bot.messaging.attachments import MAX_BYTES, NotAPicture, PictureTooLarge
from bot.messaging.channels.webchat.bodies import SentMessage, read_json, read_message, whole_number
from bot.messaging.channels.webchat.faults import ChatFault
from bot.messaging.channels.webchat.guard import caller, chat_of
from bot.messaging.channels.webchat.parts import MAX_LIVE, WebChat
from bot.messaging.channels.webchat.reading import message_json, messages_after, visible_attachment
from bot.messaging.channels.webchat.sessions import Visit
from bot.messaging.emergencies import PAGES
from bot.messaging.live import INBOX, MORE, OUTBOX, TYPING, conversation_topic
from bot.store.states import Sender
from bot.store.tables import Message

LIVE_SECONDS = 900
"""A live connection ends after this time; the page connects again, with its session checked anew."""
_PING_SECONDS = 15
_BUTTONS_LOOKED_AT = 60


async def send_message(request: Request) -> Response:
    """POST /chat/api/messages: stored, then acknowledged (201); sent again it is the same one (200)."""
    visit, chat = await caller(request), chat_of(request)
    if not visit.operator and (wait := await chat.messages.take(str(visit.conversation_id))):
        raise ChatFault("too_fast", retry_after=wait, seconds=wait)
    async with read_message(request) as sent:
        files = [await _keep_photo(chat, sent)] if sent.photo is not None else []

    def work(session: Session) -> tuple[dict[str, Any], inbox.Received]:
        return _store(session, visit, sent, files, chat)

    message, received = await chat.work.write(work)
    new = received.new
    if received.heard.concerns:
        chat.hub.publish(OUTBOX)
        chat.hub.publish(PAGES)
    if new:
        chat.hub.publish(INBOX)
        chat.hub.conversation_changed(visit.conversation_id)
    return JSONResponse({"message": message}, status_code=201 if new else 200, headers=_PRIVATE)


async def list_messages(request: Request) -> Response:
    """GET /chat/api/messages?after=N: what is new or changed after revision N."""
    visit, chat = await caller(request), chat_of(request)
    after = whole_number(request.query_params.get("after", "0"), "after")
    page = await chat.work.read(lambda session: messages_after(session, visit.conversation_id, after))
    return JSONResponse(page, headers=_PRIVATE)


async def say_typing(request: Request) -> Response:
    """POST /chat/api/typing: the agents see that she writes."""
    visit, chat = await caller(request), chat_of(request)
    await read_json(request)
    chat.hub.publish(conversation_topic(visit.conversation_id), TYPING, by="resident")
    return Response(status_code=204)


async def say_read(request: Request) -> Response:
    """POST /chat/api/read {"seq"}: she has seen everything up to there."""
    visit, chat = await caller(request), chat_of(request)
    seq = whole_number((await read_json(request)).get("seq"), "seq")

    def work(session: Session) -> bool:
        return bool(mark_read(session, visit.conversation_id, up_to=seq, now=chat.now()))

    if await chat.work.write(work):
        chat.hub.publish(conversation_topic(visit.conversation_id))
    return Response(status_code=204)


async def show_attachment(request: Request) -> Response:
    """GET /chat/api/attachments/{id}: a picture of her own conversation."""
    visit, chat = await caller(request), chat_of(request)
    wanted = request.path_params["id"]
    found = await chat.work.read(lambda session: visible_attachment(session, visit.conversation_id, wanted))
    path = chat.attachments.path(found.sha256)
    if not await anyio.Path(path).is_file():
        raise ChatFault("not_found")
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline",
    }
    return FileResponse(path, media_type=found.media_type, headers=headers)


async def live(request: Request) -> Response:
    """GET /chat/api/live: server-sent events "more" and "typing"; what there is more, is fetched."""
    visit, chat = await caller(request), chat_of(request)
    if chat.live.get(visit.conversation_id, 0) >= MAX_LIVE:
        raise ChatFault("too_many_live", retry_after=30)
    return EventSourceResponse(
        _news(chat, visit.conversation_id), ping=_PING_SECONDS, headers={"Cache-Control": "no-store"}
    )


_PRIVATE = {"Cache-Control": "no-store"}


async def _news(chat: WebChat, conversation_id: int) -> AsyncIterator[ServerSentEvent]:
    chat.live[conversation_id] = chat.live.get(conversation_id, 0) + 1
    try:
        with (
            anyio.move_on_after(LIVE_SECONDS),
            chat.hub.subscribe(conversation_topic(conversation_id)) as subscription,
        ):
            # Whatever came between the page's last look and this connection is fetched at once.
            yield ServerSentEvent(event=MORE, data="{}")
            async for event in subscription:
                if event.kind == MORE:
                    yield ServerSentEvent(event=MORE, data="{}")
                elif event.kind == TYPING and event.by != "resident":
                    yield ServerSentEvent(event=TYPING, data=json.dumps({"by": event.by}))
    finally:
        chat.live[conversation_id] -= 1
        if not chat.live[conversation_id]:
            del chat.live[conversation_id]


async def _keep_photo(chat: WebChat, sent: SentMessage) -> NewAttachment:
    assert sent.photo is not None
    try:
        return await anyio.to_thread.run_sync(
            partial(chat.attachments.keep_picture, sent.photo, name=sent.photo_name), limiter=chat.pictures
        )
    except NotAPicture as fault:
        raise ChatFault("not_a_picture") from fault
    except PictureTooLarge as fault:
        raise ChatFault("photo_too_large", limit=MAX_BYTES // 1024 // 1024) from fault


def _store(
    session: Session, visit: Visit, sent: SentMessage, files: list[NewAttachment], chat: WebChat
) -> tuple[dict[str, Any], inbox.Received]:
    text = sent.text if sent.button is None else _button_title(session, visit.conversation_id, sent.button)
    recorded = inbox.receive(
        session,
        conversation_id=visit.conversation_id,
        channel_id=sent.client_id,
        text=text,
        payload=sent.button,
        attachments=files,
        emergencies=chat.emergencies,
        now=chat.now(),
    )
    message = recorded.message
    same = message.sender is Sender.RESIDENT and message.payload == sent.button
    if not recorded.new and not (same and _same_content(message, text, files)):
        raise ChatFault("client_id_used")
    return message_json(message), recorded


def _same_content(message: Message, text: str, files: list[NewAttachment]) -> bool:
    hashes = [one.sha256 for one in message.attachments]
    return message.text == storable(text) and hashes == [one.sha256 for one in files]


def _button_title(session: Session, conversation_id: int, payload: str) -> str:
    """The words of a button that was really offered here: typed text can never be a payload."""
    offered = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.sender != Sender.RESIDENT,
            Message.visible,
        )
        .order_by(Message.seq.desc())
        .limit(_BUTTONS_LOOKED_AT)
    )
    for message in offered:
        for button in message.buttons:
            if button["payload"] == payload:
                return str(button["title"])
    raise ChatFault("unknown_button")
