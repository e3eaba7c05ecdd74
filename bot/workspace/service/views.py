"""The heartbeat of a page, one's own state, what is offered to her, and the live wall 现场 (R45)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.service import acting, presence
from bot.desk.service.plan import EndOffer
from bot.desk.service.prospects import read_recent
from bot.desk.service.queue import read_queue
from bot.desk.service.roster import is_attended, next_attended, on_roster
from bot.store.service_tables import ChatOffer, Chosen, OfferEnd, Presence
from bot.store.states import Mode, Role
from bot.store.tables import Agent, Conversation
from bot.workspace import pages
from bot.workspace.chats import lists
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, chat_topic
from bot.workspace.visits import Visit, is_fragment, see_other


def beat(visit: Visit) -> Response:
    """The page is open (on the chat of the form, if one). 204; what others see changed is told to them."""
    given = visit.text("chat", limit=18)
    chat_id = int(given) if given.isascii() and given.isdigit() else None
    with visit.parts.store.write() as session:
        if chat_id is not None and session.get(Conversation, chat_id) is None:
            chat_id = None
        changed = presence.heartbeat(session, visit.me.id, now=visit.now, chat_id=chat_id)
    if changed:
        visit.say_more(DESK, *([chat_topic(chat_id)] if chat_id is not None else []))
    return Response(status_code=204)


def chosen_by(session: Session, agent_id: int) -> str:
    """What she says of herself, as the rail shows it."""
    row = session.get(Presence, agent_id)
    return (row.chosen if row else Chosen.ONLINE).value


def choose(visit: Visit) -> Response:
    """She says whether she takes new chats."""
    chosen = visit.needed("chosen", limit=10)
    if chosen not in set(Chosen):
        raise Refusal(422, "bad_choice")
    with visit.parts.store.write() as session:
        presence.choose(session, visit.me.id, Chosen(chosen), by=visit.me.by, now=visit.now)
    visit.say_more(DESK)
    if is_fragment(visit.request):
        return pages.page(visit, "service/_mine.html", chosen=chosen)
    return see_other("/desk/")


def offers_to(session: Session, visit: Visit) -> list[tuple[ChatOffer, lists.ChatLine]]:
    """What is kept for her at this moment: a bar on every page."""
    rows = session.scalars(
        select(ChatOffer)
        .where(ChatOffer.agent_id == visit.me.id, ChatOffer.outcome.is_(None), ChatOffer.until > visit.now)
        .order_by(ChatOffer.until)
    ).all()
    until = {one.conversation_id: one for one in rows}
    chats = lists.lines_by_id(session, list(until)) if until else []
    return [(until[line.chat.id], line) for line in chats]


def decline(visit: Visit) -> Response:
    """Not she: the next one is asked."""
    with visit.parts.store.write() as session:
        offer = session.get(ChatOffer, visit.number("offer"))
        if offer is None or offer.agent_id != visit.me.id:
            raise not_there()
        acting.end_offer(session, EndOffer(offer.id, OfferEnd.DECLINED), now=visit.now)
    visit.say_more(DESK)
    return Response(status_code=204) if is_fragment(visit.request) else see_other("/desk/chats")


def wall(visit: Visit) -> Response:
    """The live wall: who waits how long, who is there with how much, what was measured lately."""
    with visit.parts.store.read() as session:
        return pages.page(visit, "service/wall.html", area="wall", **_wall(session, visit))


def wall_now(visit: Visit) -> Response:
    """Its changing part."""
    with visit.parts.store.read() as session:
        return pages.page(visit, "service/_wall.html", **_wall(session, visit))


def set_limits(visit: Visit) -> Response:
    """A supervisor says how many chats somebody takes, for which departments, and whether she is there."""
    given = visit.text("capacity", limit=3)
    capacity = int(given) if given.isascii() and given.isdigit() and given else None
    chosen = visit.text("chosen", limit=10)
    known = {one.key for one in visit.parts.estate.departments}
    skills = [key for key in known if visit.form.get(f"skill_{key}")]
    if (capacity is not None and not 1 <= capacity <= 50) or (chosen and chosen not in set(Chosen)):
        raise Refusal(422, "bad_choice")
    with visit.parts.store.write() as session:
        agent = session.get(Agent, visit.number("agent"))
        if agent is None or not agent.active or Role(agent.role) not in presence.SERVES:
            raise not_there()
        presence.set_limits(
            session, agent.id, capacity=capacity, skills=skills, by=visit.me.by, now=visit.now
        )
        row = session.get_one(Presence, agent.id)
        if chosen and Chosen(chosen) is not row.chosen:
            presence.choose(session, agent.id, Chosen(chosen), by=visit.me.by, now=visit.now)
    visit.say_more(DESK)
    return see_other("/desk/wall")


@dataclass(frozen=True)
class Measured:
    """The last day in two numbers; None where nothing was measured."""

    wait: timedelta | None
    longest: timedelta | None
    served: int


def _wall(session: Session, visit: Visit) -> dict[str, Any]:
    estate, now = visit.parts.estate, visit.now
    queue = read_queue(session, estate=estate, now=now)
    people = presence.standings(session, estate=estate, now=now)
    recent = read_recent(session, now)
    waits = sorted(recent.waits)
    shifts = on_roster(estate, now)
    there = {one.name for one in people if one.there is not presence.There.OFFLINE}
    return {
        "queue": lists.lines_by_id(session, [one.conversation_id for one in queue]),
        "kept": lists.kept_for(session, [one.conversation_id for one in queue]),
        "longest": min((one.since for one in queue), default=None),
        "people": sorted(people, key=lambda one: (_ORDER[one.there], one.name)),
        "own": {row.agent_id: row for row in session.scalars(select(Presence))},
        "human": _count(session, Mode.HUMAN),
        "measured": Measured(
            waits[len(waits) // 2] if waits else None, waits[-1] if waits else None, len(recent.served)
        ),
        "absent": [one for one in shifts if one.name not in there],
        "attended": is_attended(estate, now),
        "next_attended": next_attended(estate, now),
        "supervises": visit.me.role in (Role.SUPERVISOR, Role.ADMIN),
    }


_ORDER = {
    presence.There.ONLINE: 0,
    presence.There.BUSY: 1,
    presence.There.AWAY: 2,
    presence.There.OFFLINE: 3,
}


def _count(session: Session, mode: Mode) -> int:
    return len(session.scalars(select(Conversation.id).where(Conversation.mode == mode)).all())
