"""Beside the chat: private notes, drafts, what is remembered of the resident, filled quick phrases."""

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.casework.access import cases_beside_chat
from bot.desk.casework.standing import promise_standing
from bot.desk.service import beside as desk
from bot.desk.service.phrases import Phrase, filled, phrases_for
from bot.desk.wording.phrases import time_text
from bot.store.tables import Conversation
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, chat_topic
from bot.workspace.visits import Visit, is_fragment, see_other

NOTE_LIMIT = 2000
DRAFT_LIMIT = 8000
TRAIT_LIMIT = 200
LATEST_CASES = 5


def note(visit: Visit) -> Response:
    """A private note; whoever it names gets a notice."""
    text = visit.needed("text", limit=NOTE_LIMIT)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        desk.add_note(session, chat.id, agent_id=visit.me.id, text=text, now=visit.now)
    visit.say_more(chat_topic(visit.number("id")), DESK)
    if is_fragment(visit.request):
        return Response(status_code=204)
    return see_other(f"/desk/chats/{visit.number('id')}")


def draft(visit: Visit) -> Response:
    """What she has begun to write, kept for her next browser."""
    text = visit.form.get("text", "")
    if len(text) > DRAFT_LIMIT:
        raise Refusal(422, "too_long", limit=DRAFT_LIMIT, length=len(text))
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        desk.save_draft(session, chat.id, agent_id=visit.me.id, text=text, now=visit.now)
    return Response(status_code=204)


def add_trait(visit: Visit) -> Response:
    """Remember a need or a preference of the resident (R29)."""
    kind, text = visit.needed("kind", limit=20), visit.needed("text", limit=TRAIT_LIMIT)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        try:
            desk.add_trait(session, chat.resident_id, kind=kind, text=text, by=visit.me.by, now=visit.now)
        except desk.NothingSaid:
            raise Refusal(422, "bad_choice") from None
    return _changed(visit)


def remove_trait(visit: Visit) -> Response:
    """It holds no more."""
    chosen = visit.needed("trait", limit=18)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        number = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
        if not desk.remove_trait(session, chat.resident_id, number, by=visit.me.by, now=visit.now):
            raise not_there()
    return _changed(visit)


def phrases_of(session: Session, visit: Visit, chat: Conversation) -> list[Phrase]:
    """The quick phrases, filled in for this chat."""
    values = _values(session, visit, chat)
    words = visit.parts.words
    return [
        Phrase(one.title, filled(one.text, values, words), one.key, one.id, one.own)
        for one in phrases_for(session, words, agent_id=visit.me.id)
    ]


def _values(session: Session, visit: Visit, chat: Conversation) -> dict[str, str | None]:
    estate, words = visit.parts.estate, visit.parts.words
    cases = cases_beside_chat(
        session,
        resident_id=chat.resident_id,
        conversation_id=chat.id,
        seen_by=(visit.me.role, visit.me.id),
        limit=LATEST_CASES,
    )
    case = next((one for one in cases if one.closed_at is None), None)
    standing = promise_standing(session, case, now=visit.now) if case else None
    due = standing.due_at if standing and standing.state == "open" else None
    homes = reading.homes_of(chat.resident)
    return {
        "called": _called(visit, chat),
        "agent": visit.me.name,
        "estate": estate.greeting_name,
        "home": homes[0].household.key if homes else None,
        "number": case.number if case else None,
        "department": case.department if case else None,
        "due": time_text(due, visit.now, estate.zone, words) if due else None,
        "duty_phone": estate.phones.duty,
        "service_phone": estate.phones.service_center,
    }


def _called(visit: Visit, chat: Conversation) -> str | None:
    """How she is addressed (R16): surname and honorific, or nothing where that is not known."""
    honorific = visit.parts.words.labels.get("honorific", {}).get(chat.resident.honorific or "")
    name = chat.resident.name or ""
    return f"{name[0]}{honorific}" if honorific and name else honorific


def _changed(visit: Visit) -> Response:
    visit.say_more(chat_topic(visit.number("id")))
    return see_other(f"/desk/chats/{visit.number('id')}")
