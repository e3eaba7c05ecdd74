"""Sign-in: throttled, with a token of its own against foreign forms, and back to where she was."""

from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from bot.desk.people import agents
from bot.desk.people.passwords import SHORTEST_PASSWORD
from bot.desk.service import presence
from bot.workspace import pages
from bot.workspace.parts import Parts
from bot.workspace.visits import SESSION_COOKIE, Visit, parts_of, read_form, see_other

FORM_COOKIE = "guanjia_desk_form"
LOGIN_LIMIT = 60
PASSWORD_LIMIT = 1000


async def sign_in(request: Request) -> Response:
    """GET: the form. POST: a session, or the form again with what is wrong."""
    if request.method == "GET":
        return _form(request, back=_inside(request.query_params.get("next", "")))
    form = await read_form(request)
    given, kept = form.get("form", ""), request.cookies.get(FORM_COOKIE, "")
    if not kept or not compare_digest(given.encode(), kept.encode()):
        return _form(
            request,
            back=_inside(form.get("next", "")),
            login=form.get("login", ""),
            fault="stale",
            status=403,
        )
    return await run_sync(_try, request, form)


def sign_out(visit: Visit) -> Response:
    """Ends this browser's session."""
    token = visit.request.cookies[SESSION_COOKIE]
    with visit.parts.store.write() as session:
        agents.sign_out(session, token, now=visit.now)
        presence.leave(session, visit.me.id)
    response = see_other("/desk/sign-in")
    response.delete_cookie(SESSION_COOKIE, path="/desk")
    return response


def password(visit: Visit) -> Response:
    """GET: the form. POST: a new password; the other sessions of the agent end."""
    if visit.request.method == "GET":
        return _password_page(visit, fault=None)
    old, new = visit.form.get("old", ""), visit.form.get("new", "")
    if max(len(old), len(new)) > PASSWORD_LIMIT:
        fault: str | None = "long"
    elif new != visit.form.get("again", ""):
        fault = "not_the_same"
    else:
        fault = _change(visit, old, new)
    return _password_page(visit, fault=fault, status=422) if fault else see_other("/desk/")


def _try(request: Request, form: dict[str, str]) -> Response:
    parts = parts_of(request)
    login, back = form.get("login", "").strip(), _inside(form.get("next", ""))
    words = form.get("password", "")
    if not login or not words or len(login) > LOGIN_LIMIT or len(words) > PASSWORD_LIMIT:
        return _form(request, back=back, login=login[:LOGIN_LIMIT], fault="wrong", status=401)
    match _signed_in(parts, login, words, _address(request)):
        case agents.SignedIn() as outcome:
            response = see_other(back or "/desk/")
            _keep(response, SESSION_COOKIE, outcome.token, parts.secure_cookies)
            response.delete_cookie(FORM_COOKIE, path="/desk")
            return response
        case agents.Throttled(until):
            return _form(request, back=back, login=login, fault="throttled", until=until, status=429)
        case _:
            return _form(request, back=back, login=login, fault="wrong", status=401)


def _signed_in(
    parts: Parts, login: str, words: str, address: str
) -> agents.SignedIn | agents.WrongLogin | agents.Throttled:
    with parts.store.read() as session:
        known = agents.look_up(session, login=login, address=address, now=parts.now())
    if isinstance(known, agents.Throttled):
        return known
    tried = known.try_password(words)  # slow on purpose: no transaction is open
    with parts.store.write() as session:
        return agents.sign_in(session, tried, address=address, now=parts.now())


def _form(
    request: Request,
    *,
    back: str,
    login: str = "",
    fault: str | None = None,
    until: object = None,
    status: int = 200,
) -> Response:
    token = request.cookies.get(FORM_COOKIE) or token_urlsafe(24)
    response = pages.render(
        request,
        "signing_in/sign_in.html",
        status=status,
        form_token=token,
        back=back,
        login=login,
        fault=fault,
        until=until,
    )
    _keep(response, FORM_COOKIE, token, parts_of(request).secure_cookies)
    return response


def _keep(response: Response, name: str, value: str, secure: bool) -> None:
    response.set_cookie(name, value, path="/desk", httponly=True, samesite="lax", secure=secure)


def _inside(url: str) -> str:
    """Where to go after sign-in: a page of the workspace, or "" (never another site)."""
    parts = urlsplit(url)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/desk/") and "\\" not in url
    if not inside or parts.path == "/desk/" or parts.path.startswith(("/desk/sign-in", "/desk/live")):
        return ""
    return url


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _password_page(visit: Visit, *, fault: str | None, status: int = 200) -> Response:
    return pages.page(
        visit,
        "signing_in/password.html",
        status=status,
        fault=fault,
        min_length=SHORTEST_PASSWORD,
    )


def _change(visit: Visit, old: str, new: str) -> str | None:
    """Change it, or say what is wrong: the key of its words."""
    with visit.parts.store.read() as session:
        known = agents.known_agent(session, visit.me.id)
    outcome: object = known.new_password(old, new)
    if isinstance(outcome, agents.NewPassword):
        with visit.parts.store.write() as session:
            outcome = agents.change_password(
                session,
                outcome,
                agent_id=visit.me.id,
                now=visit.now,
                keep_token=visit.request.cookies[SESSION_COOKIE],
            )
    match outcome:
        case agents.WrongPassword():
            return "wrong"
        case agents.WeakPassword(reason):
            return reason
        case _:
            return None
