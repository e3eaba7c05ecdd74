"""The workspace as one table of routes, mounted at /desk, with its own errors and security headers."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.store.engine import StoreBusy, StoreError
from bot.workspace import frame, pages
from bot.workspace.alarms.routes import alarm_routes
from bot.workspace.cases.routes import case_routes
from bot.workspace.chats.routes import chat_routes
from bot.workspace.faults import MustChangePassword, Refusal, SecondFactorNeeded, SignInNeeded
from bot.workspace.handbook.routes import handbook_routes
from bot.workspace.live import live
from bot.workspace.notices.routes import notice_routes
from bot.workspace.parts import Parts
from bot.workspace.people.routes import people_routes
from bot.workspace.service.routes import service_routes
from bot.workspace.signing_in.routes import signing_in_routes
from bot.workspace.visits import ALL_ROLES, Visit, is_fragment, see_other, sign_in_url, signed_in

log = logging.getLogger(__name__)

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


def routes(parts: Parts) -> list[BaseRoute]:
    """What `bot/app.py` puts into its table of routes: everything under /desk."""
    return [Mount("/desk", app=workspace_app(parts), name="workspace")]


def workspace_app(parts: Parts) -> Starlette:
    """The workspace as an application of its own, so that its errors and headers are its own."""
    app = Starlette(
        routes=[
            Route("/", signed_in(front_door, roles=ALL_ROLES)),
            Route("/live", live),
            Route("/now", signed_in(frame.now, roles=ALL_ROLES), methods=["GET"]),
            *signing_in_routes(),
            *chat_routes(),
            *case_routes(),
            *notice_routes(),
            *handbook_routes(),
            *alarm_routes(),
            *service_routes(),
            *people_routes(),
            Mount("/static", app=StaticFiles(directory=pages.STATIC)),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            Refusal: _refused,
            HTTPException: _http_fault,
            StoreError: _store_fault,
            Exception: _broken,
        },
    )
    app.state.parts = parts
    return app


def front_door(visit: Visit) -> Response:
    """/desk: chats for those who serve them, cases for the others."""
    return see_other("/desk/chats" if visit.me.serves_chats else "/desk/cases")


async def _refused(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refusal)
    if not is_fragment(request):
        if isinstance(fault, SignInNeeded):
            return RedirectResponse(sign_in_url(request), status_code=303)
        if isinstance(fault, MustChangePassword):
            return RedirectResponse("/desk/password", status_code=303)
        if isinstance(fault, SecondFactorNeeded):
            return RedirectResponse("/desk/second-factor", status_code=303)
    return pages.refused(request, fault)


async def _http_fault(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    key = {404: "not_there", 405: "no_such_way"}.get(fault.status_code, "unreadable")
    return pages.refused(request, Refusal(fault.status_code, key))


async def _store_fault(request: Request, fault: Exception) -> Response:
    """A locked database, a full disk: nothing was written, and trying again may help."""
    key = "store_busy" if isinstance(fault, StoreBusy) else "store_down"
    log.error("workspace.store_fault", exc_info=fault, extra={"path": request.url.path})
    return pages.refused(request, Refusal(503, key))


async def _broken(request: Request, fault: Exception) -> Response:
    log.error("workspace.fault", exc_info=fault, extra={"path": request.url.path})
    return pages.refused(request, Refusal(500, "broken"))


class SecurityHeaders:
    """Adds the headers that keep foreign scripts, frames and content types out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
