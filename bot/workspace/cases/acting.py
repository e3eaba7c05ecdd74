"""What a person does with a case; each through the desk, signed with her name.

Where the form says `tell`, the resident is told in the desk's words.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk import audit
from bot.desk.casework import cases as desk_cases
from bot.desk.casework.case_rows import Say
from bot.desk.casework.promises import PromiseInThePast
from bot.desk.emergencies import ending
from bot.desk.emergencies.telling import Telling
from bot.desk.wording.speaking import speaker
from bot.store.tables import Agent, Case
from bot.workspace import pages
from bot.workspace.cases import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, OUTBOX, chat_topic
from bot.workspace.visits import Visit, see_other

NOTE_LIMIT = 2000
NAME_LIMIT = 60

Act = Callable[[Session, Case], object]


def contact(visit: Visit) -> Response:
    """The contact in full, once; who looked is written down (R24)."""
    with visit.parts.store.write() as session:
        case = reading.case_for(session, visit.me, visit.request.path_params["number"])
        if not case.contact:
            raise not_there()
        audit.note(session, by=visit.me.by, what="phone_shown", subject=f"case:{case.id}", now=visit.now)
        return pages.page(visit, "cases/_contact.html", contact=case.contact)


def complainer(visit: Visit) -> Response:
    """Who complained anonymously: for supervisors, on request; who looked is written down (R8, R24)."""
    with visit.parts.store.write() as session:
        case = reading.case_for(session, visit.me, visit.request.path_params["number"])
        if not (case.is_anonymous and case.resident and visit.me.sees_complaints_of_colleagues):
            raise not_there()
        audit.note(session, by=visit.me.by, what="complainer_shown", subject=f"case:{case.id}", now=visit.now)
        return pages.page(visit, "cases/_complainer.html", case=case)


def assign(visit: Visit) -> Response:
    """Put a colleague in charge, or somebody known by name only."""
    to = visit.text("to", limit=12)
    person = visit.text("person", limit=NAME_LIMIT)
    department = visit.text("department", limit=NAME_LIMIT)
    if not to and not person:
        raise Refusal(422, "empty")

    def act(session: Session, case: Case) -> None:
        agent = session.get(Agent, int(to)) if to.isascii() and to.isdigit() else None
        if to and (agent is None or not agent.active):
            raise Refusal(422, "bad_choice")
        if agent and not reading.may_be_given(session, case, agent):
            raise Refusal(422, "bad_choice")
        desk_cases.assign_case(
            session,
            case,
            agent_id=agent.id if agent else None,
            person=None if agent else person,
            department=department or None,
            say=_say(visit),
            by=visit.me.by,
            now=visit.now,
        )

    return _do(visit, act)


def start(visit: Visit) -> Response:
    """Work has begun."""

    def act(session: Session, case: Case) -> None:
        ending.start(
            session, case, agent_id=visit.me.id, by=visit.me.by, telling=_telling(visit), now=visit.now
        )

    return _do(visit, act)


def note(visit: Visit) -> Response:
    """A line for colleagues."""
    text = visit.needed("text", limit=NOTE_LIMIT)

    def act(session: Session, case: Case) -> None:
        desk_cases.add_note(session, case, text, by=visit.me.by, now=visit.now)

    return _do(visit, act)


def promise(visit: Visit) -> Response:
    """A time she promises the resident."""
    what, due_at = visit.needed("what", limit=20), _time(visit, visit.needed("due_at", limit=40))
    if what not in ("respond", "visit", "resolve"):
        raise Refusal(422, "bad_choice")

    def act(session: Session, case: Case) -> None:
        desk_cases.promise_time(
            session,
            case,
            estate=visit.parts.estate,
            what=what,
            due_at=due_at,
            say=_say(visit),
            by=visit.me.by,
            now=visit.now,
        )

    return _do(visit, act)


def resolve(visit: Visit) -> Response:
    """The work is done."""
    result = visit.needed("result", limit=NOTE_LIMIT)

    def act(session: Session, case: Case) -> None:
        ending.resolve(
            session,
            case,
            result=result,
            by=visit.me.by,
            telling=_telling(visit),
            say=_say(visit),
            now=visit.now,
        )

    return _do(visit, act)


def reopen(visit: Visit) -> Response:
    """It is not good after all."""
    why = visit.needed("why", limit=NOTE_LIMIT)

    def act(session: Session, case: Case) -> None:
        desk_cases.reopen_case(
            session,
            case,
            estate=visit.parts.estate,
            why=why,
            say=_say(visit),
            by=visit.me.by,
            now=visit.now,
        )

    return _do(visit, act)


def close(visit: Visit) -> Response:
    """The end of a resolved case."""
    why = visit.text("why", limit=NOTE_LIMIT)

    def act(session: Session, case: Case) -> None:
        ending.close(session, case, why=why or None, by=visit.me.by, now=visit.now)

    return _do(visit, act)


def _do(visit: Visit, act: Act) -> Response:
    """Run `act` on the case of the address, if she may; then back to its page."""
    with visit.parts.store.write() as session:
        case = reading.case_for(session, visit.me, visit.request.path_params["number"])
        number, conversation_id = case.number, case.conversation_id
        try:
            act(session, case)
        except desk_cases.IllegalCaseMove:
            raise Refusal(409, "illegal_move") from None
        except ending.ClosingQuestionsFirst:
            raise Refusal(409, "closing_questions") from None
        except PromiseInThePast:
            raise Refusal(422, "bad_time") from None
    visit.say_more(DESK, OUTBOX)
    if conversation_id is not None:
        visit.say_more(chat_topic(conversation_id))
    return see_other(f"/desk/cases/{number}")


def _telling(visit: Visit) -> Telling:
    return Telling(visit.parts.words, visit.parts.estate)


def _say(visit: Visit) -> Say | None:
    if not visit.form.get("tell"):
        return None
    return speaker(visit.parts.words, visit.parts.estate, now=visit.now)


def _time(visit: Visit, given: str) -> datetime:
    """What an <input type="datetime-local"> holds, in the estate's zone."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Refusal(422, "bad_time") from None
    return at if at.tzinfo else at.replace(tzinfo=visit.parts.estate.zone)
