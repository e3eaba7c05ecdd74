"""Rendering: one Jinja environment, one shape of page, one shape of error. Words are in the templates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.desk.wording.phrases import category_name
from bot.store.states import CaseKind
from bot.workspace.faults import Refusal
from bot.workspace.parts import Parts
from bot.workspace.visits import Visit, is_fragment, parts_of

HERE = Path(__file__).parent
ROOMS = ("signing_in", "chats", "cases", "notices", "alarms", "service", "people", "handbook")
STATIC = HERE / "static"


@dataclass(frozen=True)
class Moment:
    """A time as a page says it, in the estate's zone; the words around it are the template's."""

    at: datetime
    days_ago: int
    """Calendar days before today; negative: ahead."""

    @property
    def iso(self) -> str:
        return self.at.isoformat(timespec="seconds")

    @property
    def clock(self) -> str:
        return f"{self.at:%H:%M}"


@cache
def environment() -> Environment:
    """The templates of the frame and of each room (`chats/page.html` is the room `chats`' own)."""
    rooms = PrefixLoader({room: FileSystemLoader(HERE / room / "templates") for room in ROOMS})
    env = Environment(
        loader=ChoiceLoader([rooms, FileSystemLoader(HERE / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["static"] = static_url
    env.globals["time"] = datetime.fromisoformat
    return env


@cache
def static_url(name: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/desk/static/{name}?v={digest}"


def page(visit: Visit, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render `template` for a signed-in person."""
    return render(visit.request, template, status=status, me=visit.me, visit=visit, **context)


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Render `template`; `me` is None for people who are not signed in."""
    parts = parts_of(request)
    context.setdefault("me", None)
    html = (
        environment()
        .get_template(template)
        .render(
            request=request,
            estate=parts.estate,
            now=parts.now(),
            moment=moment_of(parts.now(), parts.estate.zone),
            category_name=_category_names(parts),
            **context,
        )
    )
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


def _category_names(parts: Parts) -> Callable[[str, str], str | None]:
    """A category's name by its kind (as the store or as a parse says it); None for one without a name."""

    def named(kind: str, category: str) -> str | None:
        return category_name(CaseKind(kind), category, parts.estate, parts.words)

    return named


def moment_of(now: datetime, zone: ZoneInfo) -> Callable[[datetime], Moment]:
    """How templates turn a stored time into one to show: `moment(at)`."""
    today = now.astimezone(zone).date()

    def moment(at: datetime) -> Moment:
        local = at.astimezone(zone)
        return Moment(local, (today - local.date()).days)

    return moment


def refused(request: Request, refusal: Refusal) -> Response:
    """The one shape of an error: a page, or for a script of the page a toast that leaves all else alone."""
    me = getattr(request.state, "me", None)
    template = "_toast.html" if is_fragment(request) else "error.html"
    response = render(
        request,
        template,
        status=refusal.status,
        me=me,
        key=refusal.key,
        details=refusal.details,
    )
    response.headers["X-Desk-Fault"] = refusal.key
    if is_fragment(request):
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        response.headers["HX-Reselect"] = ".toast"
    return response
