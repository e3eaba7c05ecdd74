"""The web chat as one table of routes, an application with its own errors and security headers."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.messaging.channels.webchat import message_views, operator, session_views
from bot.messaging.channels.webchat.faults import ChatFault, answer_fault, fault_of, page_words
from bot.messaging.channels.webchat.guard import chat_of
from bot.messaging.channels.webchat.parts import WebChat
from bot.messaging.channels.webchat.sessions import COOKIE
from bot.store.errors import StoreError

_FOLDER = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_FOLDER / "templates"), autoescape=select_autoescape())
_PAGES.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
}


def webchat_app(chat: WebChat) -> Starlette:
    """The page at / and everything under /chat."""
    app = Starlette(
        routes=[
            Route("/", page, methods=["GET"]),
            Route("/chat/api/session", session_views.open_session, methods=["POST"]),
            Route("/chat/api/messages", messages, methods=["GET", "POST"]),
            Route("/chat/api/live", message_views.live, methods=["GET"]),
            Route("/chat/api/typing", message_views.say_typing, methods=["POST"]),
            Route("/chat/api/read", message_views.say_read, methods=["POST"]),
            Route("/chat/api/attachments/{id:int}", message_views.show_attachment, methods=["GET"]),
            Route("/chat/api/turns", operator.list_turns, methods=["GET"]),
            Route("/chat/openapi.json", openapi, methods=["GET"]),
            Route("/chat/r/{token}", follow_link, methods=["GET"]),
            Mount("/chat/static", app=StaticFiles(directory=_FOLDER / "static")),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            ChatFault: answer_fault,
            StoreError: answer_fault,
            OSError: answer_fault,
            HTTPException: answer_fault,
            Exception: answer_fault,
        },
    )
    app.state.chat = chat
    return app


async def page(request: Request) -> Response:
    """GET /: the page. It comes up even while the store does not, and keeps what is written on it."""
    try:
        return _page(request, {"session": (await session_views.look_at_cookie(request)).session})
    except StoreError as error:
        return _page_with_fault(request, fault_of(error), status=503)


async def follow_link(request: Request) -> Response:
    """GET /chat/r/{token}: a person follows it, so its faults are shown on the page."""
    try:
        return await session_views.follow_link(request)
    except ChatFault as fault:
        return _page_with_fault(request, fault, status=fault.status)
    except StoreError as error:
        return _page_with_fault(request, fault_of(error), status=503)


async def messages(request: Request) -> Response:
    """GET and POST /chat/api/messages."""
    if request.method == "POST":
        return await message_views.send_message(request)
    return await message_views.list_messages(request)


async def openapi(request: Request) -> Response:
    """GET /chat/openapi.json: this interface, for an estate's own app."""
    return FileResponse(_FOLDER / "openapi.json", media_type="application/json")


def _page_with_fault(request: Request, fault: ChatFault, *, status: int) -> Response:
    said = fault.body()["error"]
    known = "known" if COOKIE in request.cookies else "none"
    return _page(request, {"session": known, "fault": said["message"] + said["mend"]}, status=status)


def _page(request: Request, start: dict[str, Any], *, status: int = 200) -> Response:
    estate = chat_of(request).estate
    words = page_words()
    phones = [
        {"label": words[f"phone_{name}"], "number": getattr(estate.phones, name)}
        for name in ("service_center", "duty")
    ]
    html = _PAGES.get_template("chat.html").render(estate=estate, words=words, phones=phones, start=start)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


class SecurityHeaders:
    """Scripts, styles and pictures from here only; nothing inline; nobody learns the return link."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.encode() not in given
                    ),
                ]
                if scope["path"].startswith("/chat/static/"):
                    message["headers"].append((b"cache-control", b"no-cache"))
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
