"""The second factor of the person who is signed in: shown as a QR code once, asked for at each sign-in."""

import logging
from typing import Any

import segno
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.people import second_factor
from bot.desk.people.sealing import SealBroken
from bot.store.service_tables import SecondFactor
from bot.store.tables import Agent
from bot.workspace import pages
from bot.workspace.faults import Refusal
from bot.workspace.visits import SESSION_COOKIE, Visit, see_other

log = logging.getLogger(__name__)

CODE_LIMIT = 40


def page(visit: Visit) -> Response:
    """GET: what is to be done. POST: a code, which either confirms a new factor or lets this browser in."""
    try:
        return _page_or_act(visit)
    except SealBroken:
        log.error("second_factor.seal_broken", extra={"agent_id": visit.me.id})
        raise Refusal(503, "factor_sealed") from None


def _page_or_act(visit: Visit) -> Response:
    if visit.request.method == "GET":
        with visit.parts.store.write() as session:
            return _page(visit, **_state(session, visit))
    code, token = visit.text("code", limit=CODE_LIMIT), visit.request.cookies[SESSION_COOKIE]
    address = visit.request.client.host if visit.request.client else "unknown"
    with visit.parts.store.write() as session:
        factor = session.get(SecondFactor, visit.me.id)
        confirmed = factor is not None and factor.confirmed_at is not None
        act = second_factor.show if confirmed else second_factor.confirm
        outcome = act(
            session,
            visit.me.id,
            code=code,
            token=token,
            address=address,
            seal=visit.parts.seal,
            now=visit.now,
        )
        state = _state(session, visit)
    match outcome:
        case list():
            return _page(visit, **{**state, "step": "codes"}, codes=outcome)
        case second_factor.Accepted():
            return see_other("/desk/")
        case second_factor.TooManyTries(until):
            return _page(visit, **state, fault="throttled", until=until, status=429)
        case _:
            return _page(visit, **state, fault="wrong", status=422)


def _state(session: Session, visit: Visit) -> dict[str, Any]:
    """`step`: "code" (show one), "make" (scan and confirm), "done"."""
    needed = second_factor.needed(session, visit.me.id, visit.request.cookies[SESSION_COOKIE])
    factor = session.get(SecondFactor, visit.me.id)
    if needed == "code":
        return {"step": "code"}
    if factor is not None and factor.confirmed_at is not None:
        return {"step": "done", "left": len(factor.recovery)}
    secret = second_factor.begin(session, visit.me.id, seal=visit.parts.seal)
    agent = session.get_one(Agent, visit.me.id)
    address = second_factor.address_of(agent, secret, issuer=visit.parts.estate.name)
    picture = segno.make(address, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"step": "make", "picture": picture, "secret": spaced, "required": needed == "make"}


def _page(visit: Visit, *, status: int = 200, **context: Any) -> Response:
    known: dict[str, Any] = {"fault": None, "until": None, "codes": (), "picture": "", "secret": ""}
    return pages.page(
        visit, "people/factor.html", status=status, **{"left": 0, "required": False, **known, **context}
    )
