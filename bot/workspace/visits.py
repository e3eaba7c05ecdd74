"""One request of a signed-in person: who she is, what she may see, and her form with its CSRF token.

A view is a plain function `view(visit) -> Response`, run in a worker thread; it opens its own short
transactions. What it says on `visit.say_more(topic)` goes to the live hub after it returned, so after
its transaction is committed.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import cast
from urllib.parse import parse_qsl, quote

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk import audit
from bot.desk.casework.access import sees_complaints_of_colleagues
from bot.desk.people import agents, second_factor
from bot.store import actors
from bot.store.states import Role
from bot.workspace.faults import MustChangePassword, Refusal, SecondFactorNeeded, SignInNeeded
from bot.workspace.parts import Parts

SESSION_COOKIE = "guanjia_desk"
FORM_LIMIT = 256 * 1024
UPLOAD_LIMIT = 11 * 1024 * 1024
DESK_ROLES = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
ALL_ROLES = frozenset(Role)


@dataclass(frozen=True)
class Me:
    """The signed-in person."""

    id: int
    name: str
    login: str
    role: Role
    must_change_password: bool
    csrf: str
    owes_factor: bool = False
    """This browser must show (or make) a second factor before it sees anything."""

    @property
    def by(self) -> str:
        """How her deeds are signed."""
        return actors.agent(self.id)

    @property
    def serves_chats(self) -> bool:
        return self.role in DESK_ROLES

    @property
    def sees_complaints_of_colleagues(self) -> bool:
        """May she read what residents say of somebody at the desk?"""
        return sees_complaints_of_colleagues(self.role)


@dataclass
class Visit:
    """One request and what belongs to it."""

    request: Request
    parts: Parts
    me: Me
    form: Mapping[str, str]
    now: datetime
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    typing_in: str | None = None

    def say_more(self, *topics: str) -> None:
        """Tell the live pages of these topics, once the view is done, that there is more to read."""
        self.topics.extend(topic for topic in topics if topic not in self.topics)

    def number(self, name: str) -> int:
        """A path parameter that Starlette already checked to be a number."""
        return int(self.request.path_params[name])

    def asked_number(self, name: str) -> int | None:
        """A number of the address's query; None when it is absent or none."""
        given = self.request.query_params.get(name, "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 12 else None

    def asked_day(self, name: str) -> datetime | None:
        """The beginning of a day of the address's query, in the estate's zone; None when it is no day."""
        try:
            day = datetime.strptime(self.request.query_params.get(name, ""), "%Y-%m-%d")
        except ValueError:
            return None
        return day.replace(tzinfo=self.parts.estate.zone)

    def text(self, name: str, *, limit: int) -> str:
        """A form field, stripped, "" when absent. Refuses what is longer than `limit` characters."""
        value = self.form.get(name, "").strip()
        if len(value) > limit:
            raise Refusal(422, "too_long", limit=limit, length=len(value))
        return value

    def needed(self, name: str, *, limit: int) -> str:
        """A form field that must not be empty."""
        value = self.text(name, limit=limit)
        if not value:
            raise Refusal(422, "empty")
        return value


View = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(
    view: View,
    *,
    roles: Collection[Role] = DESK_ROLES,
    first_password: bool = False,
    before_factor: bool = False,
) -> Endpoint:
    """An endpoint for signed-in people of `roles`; every POST must carry the session's CSRF token.

    To the other roles the page does not exist. With `first_password` the page is also for people
    who must change their password before anything else, with `before_factor` for a browser that has not
    shown its second factor yet.
    """

    async def endpoint(request: Request) -> Response:
        parts = parts_of(request)
        me = await run_sync(who, request)
        if me.owes_factor and not before_factor:
            raise SecondFactorNeeded
        if me.must_change_password and not first_password:
            raise MustChangePassword
        if me.role not in roles:
            raise Refusal(404, "not_there")
        form: Mapping[str, str] = {}
        files: Mapping[str, UploadFile] = {}
        if request.method not in ("GET", "HEAD"):
            form, files = await _read(request)
            if not compare_digest(_given_token(request.headers, form).encode(), me.csrf.encode()):
                raise Refusal(403, "forged")
        visit = Visit(request, parts, me, form, parts.now(), files)
        response = await run_sync(view, visit)
        for topic in visit.topics:
            parts.live.publish(topic)
        if visit.typing_in is not None:
            parts.live.publish(visit.typing_in, "typing", by="agent")
        return response

    return endpoint


def note_look(visit: Visit, subject: str, what: str) -> None:
    """Write down that she looked at a person's record (R24); ids only, in a transaction of its own."""
    with visit.parts.store.write() as session:
        audit.note(session, by=visit.me.by, what=what, subject=subject, now=visit.now)


def who(request: Request) -> Me:
    """The person whose session the cookie names. Raises SignInNeeded."""
    if not (token := request.cookies.get(SESSION_COOKIE)):
        raise SignInNeeded
    parts = parts_of(request)
    with parts.store.read() as session:
        found = agents.agent_of_session(session, token, parts.now())
        if found is None:
            raise SignInNeeded
        agent, csrf = found
        owes = second_factor.needed(session, agent.id, token) != "none"
        me = Me(agent.id, agent.name, agent.login, agent.role, agent.must_change_password, csrf, owes)
    request.state.me = me
    return me


def parts_of(request: Request) -> Parts:
    """What `routes()` was given."""
    return cast(Parts, request.app.state.parts)


def is_fragment(request: Request) -> bool:
    """Did a script of the page ask (htmx or ours), and not the browser itself?"""
    return request.headers.get("HX-Request") == "true"


def see_other(url: str) -> Response:
    """After a POST: go and read. htmx follows it too, and swaps in what it selects."""
    return RedirectResponse(url, status_code=303)


def sign_in_url(request: Request) -> str:
    """The sign-in page, with the way back to this one."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/desk/sign-in?next={quote(back)}" if request.method == "GET" else "/desk/sign-in"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form. Refuses what is bigger than a form of ours can be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise Refusal(413, "too_big")
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"), keep_blank_values=True, errors="replace", max_num_fields=100
        )
    except ValueError:
        raise Refusal(400, "unreadable") from None
    return {name: value.replace("\x00", "") for name, value in pairs}


async def _read(request: Request) -> tuple[Mapping[str, str], Mapping[str, UploadFile]]:
    """The fields of a form, and its files where it carries some (then its length must be said)."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_form(request), {}
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > UPLOAD_LIMIT:
        raise Refusal(413, "too_big")
    try:
        content = await request.form(max_files=1, max_fields=20)
    except HTTPException:
        raise Refusal(400, "unreadable") from None
    fields = {name: value.replace("\x00", "") for name, value in content.items() if isinstance(value, str)}
    files = {name: value for name, value in content.items() if isinstance(value, UploadFile) and value.size}
    return fields, files


def _given_token(headers: Headers, form: Mapping[str, str]) -> str:
    return headers.get("X-CSRF-Token") or form.get("csrf", "")
