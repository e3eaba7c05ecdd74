"""Who calls, and from where: session by cookie or bearer, the operator's token, and our own page only."""

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from bot.messaging.channels.webchat.faults import ChatFault
from bot.messaging.channels.webchat.parts import WebChat
from bot.messaging.channels.webchat.sessions import COOKIE, Visit, visit_for


def chat_of(request: Request) -> WebChat:
    """The web chat's parts."""
    chat: WebChat = request.app.state.chat
    return chat


def bearer(request: Request) -> str | None:
    """The token of the Authorization header, if there is one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def is_operator(request: Request) -> bool:
    """Does the call carry this installation's operator token?"""
    given = bearer(request)
    return given is not None and hmac.compare_digest(given.encode(), chat_of(request).operator_token.encode())


def session_token(request: Request) -> str | None:
    """The caller's session token: an app's header goes before a browser's cookie."""
    return bearer(request) or request.cookies.get(COOKIE)


async def caller(request: Request) -> Visit:
    """Whose call it is. Raises ChatFault for a missing, unknown or expired session, or a foreign page."""
    refuse_foreign_page(request)
    chat = chat_of(request)
    token = session_token(request)
    return await chat.work.read(lambda session: visit_for(session, token, now=chat.now()))


def refuse_foreign_page(request: Request) -> None:
    """A page of another site can make a browser send our cookie along, but cannot hide where it is from.

    Calls without a cookie are an app's own; calls that change nothing need no check. Raises ChatFault.
    """
    if request.method in ("GET", "HEAD") or bearer(request) is not None:
        return
    origin = request.headers.get("origin")
    if origin is None:
        same_site = request.headers.get("sec-fetch-site") in ("same-origin", "none")
        if COOKIE in request.cookies and not same_site:
            raise ChatFault("foreign_origin")
    elif not _is_ours(request, origin):
        raise ChatFault("foreign_origin")


def _is_ours(request: Request, origin: str) -> bool:
    public = chat_of(request).public_url
    if public is not None:
        at = urlsplit(public)
        if origin == f"{at.scheme}://{at.netloc}":
            return True
    return urlsplit(origin).netloc == request.headers.get("host", "")
