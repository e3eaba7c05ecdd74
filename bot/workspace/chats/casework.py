"""Cases beside the chat: open one, put one right, merge two and take that back (R40)."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.casework.case_rows import Say, tell_resident
from bot.desk.casework.cases import IllegalCaseMove, open_case
from bot.desk.casework.changing import NotMergeable, change_case, merge_cases, unmerge_case
from bot.desk.people.residents import homes_of
from bot.desk.wording.speaking import speaker
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Case, Conversation
from bot.workspace.cases.reading import case_for
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal
from bot.workspace.parts import DESK, OUTBOX, chat_topic
from bot.workspace.visits import Visit, see_other

SUMMARY_LIMIT = 2000
PLACE_LIMIT = 120
WITHOUT_EMERGENCY = tuple(kind for kind in CaseKind if kind is not CaseKind.EMERGENCY)
"""An emergency is raised as an alarm, never written down as a case by hand."""

Act = Callable[[Session, Conversation], object]


def categories(visit: Visit) -> dict[str, dict[str, str]]:
    """What each kind of case may be about: key to name."""
    labels, estate = visit.parts.words.labels, visit.parts.estate
    repairs = {key: row.name for key, row in estate.repair_categories.items()}
    return {
        kind.value: repairs if kind is CaseKind.REPAIR else dict(labels.get(kind.value, {}))
        for kind in WITHOUT_EMERGENCY
    }


def open_one(visit: Visit) -> Response:
    """A case from the chat, in her words; with `tell` the resident hears its number and who is in charge."""
    kind, category = _kind_and_category(visit)
    urgency = _urgency(visit)
    summary, place = visit.needed("summary", limit=SUMMARY_LIMIT), visit.text("place", limit=PLACE_LIMIT)

    def act(session: Session, chat: Conversation) -> None:
        homes = homes_of(session, chat.resident_id)
        opened = open_case(
            session,
            estate=visit.parts.estate,
            kind=kind,
            category=category,
            urgency=urgency,
            summary=summary,
            place=place or None,
            since=None,
            contact=chat.resident.phone,
            household_key=homes[0].key if homes and homes[0].verified else None,
            resident_id=chat.resident_id,
            conversation_id=chat.id,
            by=visit.me.by,
            now=visit.now,
        )
        say = _say(visit)
        if say is not None:
            due = opened.promises[0]
            slots = {"what": due.what, "due_at": due.due_at.isoformat()}
            case = session.get_one(Case, opened.id)
            tell_resident(
                session, case, "utter_case_opened", say=say, slots=slots, by=visit.me.by, now=visit.now
            )

    return _do(visit, act)


def change_one(visit: Visit) -> Response:
    """Category, urgency, place or words of an open case put right."""
    summary, place = visit.needed("summary", limit=SUMMARY_LIMIT), visit.text("place", limit=PLACE_LIMIT)
    urgency = _urgency(visit)

    def act(session: Session, chat: Conversation) -> None:
        case = _case(session, visit, chat, "number")
        category = visit.text("category", limit=40) or case.category
        known = categories(visit).get(case.kind.value, {})
        if category != case.category and category not in known:
            raise Refusal(422, "bad_choice")
        change_case(
            session,
            case,
            estate=visit.parts.estate,
            category=category,
            urgency=urgency,
            summary=summary,
            place=place,
            by=visit.me.by,
            now=visit.now,
        )

    return _do(visit, act)


def merge(visit: Visit) -> Response:
    """Two cases are one matter."""

    def act(session: Session, chat: Conversation) -> None:
        case, into = _case(session, visit, chat, "number"), _case(session, visit, chat, "into")
        merge_cases(session, case, into, say=_say(visit), by=visit.me.by, now=visit.now)

    return _do(visit, act)


def unmerge(visit: Visit) -> Response:
    """They were two after all."""

    def act(session: Session, chat: Conversation) -> None:
        case = _case(session, visit, chat, "number")
        unmerge_case(session, case, estate=visit.parts.estate, by=visit.me.by, now=visit.now)

    return _do(visit, act)


def _do(visit: Visit, act: Act) -> Response:
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        try:
            act(session, chat)
        except NotMergeable:
            raise Refusal(409, "not_mergeable") from None
        except IllegalCaseMove:
            raise Refusal(409, "illegal_move") from None
    visit.say_more(DESK, OUTBOX, chat_topic(visit.number("id")))
    return see_other(f"/desk/chats/{visit.number('id')}")


def _case(session: Session, visit: Visit, chat: Conversation, field: str) -> Case:
    """A case of this chat's resident that she may see."""
    case = case_for(session, visit.me, visit.needed(field, limit=32))
    if case.resident_id != chat.resident_id and case.conversation_id != chat.id:
        raise Refusal(422, "bad_choice")
    return case


def _kind_and_category(visit: Visit) -> tuple[CaseKind, str]:
    chosen, _, category = visit.needed("what", limit=80).partition(":")
    known = categories(visit)
    if chosen not in known or category not in known[chosen]:
        raise Refusal(422, "bad_choice")
    return CaseKind(chosen), category


def _urgency(visit: Visit) -> Urgency:
    chosen = visit.text("urgency", limit=20) or "normal"
    if chosen not in ("normal", "urgent"):
        raise Refusal(422, "bad_choice")
    return Urgency(chosen)


def _say(visit: Visit) -> Say | None:
    if not visit.form.get("tell"):
        return None
    return speaker(visit.parts.words, visit.parts.estate, now=visit.now)
