"""Sessions: opened by the first message, found again by cookie or by the private return link."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.desk.talk.conversations import open_conversation
from bot.messaging.channels.webchat import channel
from bot.messaging.channels.webchat.bodies import optional_text, read_json
from bot.messaging.channels.webchat.faults import ChatFault
from bot.messaging.channels.webchat.guard import (
    bearer,
    chat_of,
    is_operator,
    refuse_foreign_page,
    session_token,
)
from bot.messaging.channels.webchat.operator import open_for_resident
from bot.messaging.channels.webchat.parts import WebChat
from bot.messaging.channels.webchat.sessions import (
    COOKIE,
    OpenedVisit,
    conversation_of_link,
    open_visit,
    prolong,
    return_token,
    visit_for,
)


async def open_session(request: Request) -> Response:
    """POST /chat/api/session: the caller's session, or a new one (201).

    The operator may name a resident and her home; nobody else can claim one this way.
    """
    refuse_foreign_page(request)
    body = await read_json(request)
    name = optional_text(body.get("resident"), "resident")
    home = optional_text(body.get("home"), "home")
    if is_operator(request):
        return await _open_for_operator(request, name, home)
    if name is not None or home is not None:
        raise ChatFault("operator_only")
    return await _known_session(request) or await _new_session(request)


async def follow_link(request: Request) -> Response:
    """GET /chat/r/{token}: this browser gets a session of its own on the link's conversation."""
    chat, link, token = chat_of(request), request.path_params["token"], request.cookies.get(COOKIE)

    def work(session: Session) -> OpenedVisit | None:
        conversation_id = conversation_of_link(session, link, now=chat.now())
        if _visits(session, token, conversation_id, chat.now()):
            return None
        return open_visit(session, conversation_id, lifetime=chat.lifetime, now=chat.now())

    opened = await chat.work.write(work)
    response = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    if opened is not None:
        _set_cookie(request, response, opened.token)
    return response


@dataclass(frozen=True)
class Welcome:
    """What the page is told at its start: session none | known | expired."""

    session: str


async def look_at_cookie(request: Request) -> Welcome:
    """Is there a session in this browser's cookie?"""
    chat, token = chat_of(request), request.cookies.get(COOKIE)
    if not token:
        return Welcome("none")
    try:
        await chat.work.read(lambda session: visit_for(session, token, now=chat.now()))
    except ChatFault:
        return Welcome("expired")
    return Welcome("known")


async def _known_session(request: Request) -> Response | None:
    """The answer for a caller who has a session already; None when a new one is needed."""
    chat, token = chat_of(request), session_token(request)
    if token is None:
        return None

    def work(session: Session) -> int:
        visit = visit_for(session, token, now=chat.now())
        prolong(session, visit, lifetime=chat.lifetime, now=chat.now())
        return visit.conversation_id

    try:
        conversation_id = await chat.work.write(work)
    except ChatFault:
        if bearer(request) is not None:
            raise
        return None
    response = JSONResponse(_session_json(request, conversation_id, token), headers=_PRIVATE)
    if bearer(request) is None:
        _set_cookie(request, response, token)
    return response


async def _new_session(request: Request) -> Response:
    chat = chat_of(request)
    address = request.client.host if request.client else ""
    if wait := await chat.sessions.take(address):
        raise ChatFault("too_many_sessions", retry_after=wait, seconds=wait)

    def work(session: Session) -> OpenedVisit:
        conversation = open_conversation(
            session, channel=channel.NAME, address=str(uuid.uuid4()), now=chat.now()
        )
        return open_visit(session, conversation.id, lifetime=chat.lifetime, now=chat.now())

    return _opened(request, await chat.work.write(work))


async def _open_for_operator(request: Request, name: str | None, home: str | None) -> Response:
    chat = chat_of(request)

    def work(session: Session) -> OpenedVisit:
        conversation = open_for_resident(session, name=name, home=home, now=chat.now())
        return open_visit(session, conversation.id, lifetime=chat.lifetime, now=chat.now(), operator=True)

    return _opened(request, await chat.work.write(work))


def _opened(request: Request, opened: OpenedVisit) -> Response:
    body = {"token": opened.token, **_session_json(request, opened.conversation_id, opened.token)}
    response = JSONResponse(body, status_code=201, headers=_PRIVATE)
    if bearer(request) is None:
        _set_cookie(request, response, opened.token)
    return response


_PRIVATE = {"Cache-Control": "no-store"}


def _session_json(request: Request, conversation_id: int, token: str) -> dict[str, Any]:
    base = chat_of(request).public_url or str(request.base_url).rstrip("/")
    return {"conversation": conversation_id, "return_link": f"{base}/chat/r/{return_token(token)}"}


def _set_cookie(request: Request, response: Response, token: str) -> None:
    chat: WebChat = chat_of(request)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(chat.lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=(chat.public_url or str(request.base_url)).startswith("https://"),
    )


def _visits(session: Session, token: str | None, conversation_id: int, now: datetime) -> bool:
    try:
        return visit_for(session, token, now=now).conversation_id == conversation_id
    except ChatFault:
        return False
