"""What the person on duty does with an alarm; each through the desk, signed with her name."""

from collections.abc import Callable

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.casework.cases import IllegalCaseMove
from bot.desk.emergencies import help as help_
from bot.desk.emergencies.alarms import conversations_of
from bot.desk.emergencies.neighbours import SCOPES, NobodyToTell, tell_neighbours
from bot.desk.emergencies.telling import Telling
from bot.store.emergency_tables import Alarm
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, OUTBOX, chat_topic
from bot.workspace.visits import Visit, see_other

NOTE_LIMIT = 2000

Act = Callable[[Session, int], object]


def acknowledge(visit: Visit) -> Response:
    """She has it: nobody else is called, and whoever cried is told so."""
    return _do(
        visit,
        lambda session, alarm: help_.acknowledge(
            session, alarm, agent_id=visit.me.id, telling=_telling(visit), now=visit.now
        ),
    )


def arrive(visit: Visit) -> Response:
    """Somebody is on the spot."""
    return _do(
        visit,
        lambda session, alarm: help_.arrive(
            session, alarm, by=visit.me.by, telling=_telling(visit), now=visit.now
        ),
    )


def over(visit: Visit) -> Response:
    """The danger is over."""
    return _do(
        visit,
        lambda session, alarm: help_.end(
            session, alarm, by=visit.me.by, telling=_telling(visit), now=visit.now
        ),
    )


def call_false(visit: Visit) -> Response:
    """It was none."""
    return _do(visit, lambda session, alarm: help_.call_false(session, alarm, by=visit.me.by, now=visit.now))


def close(visit: Visit) -> Response:
    """The case is closed with what was learnt from it."""
    afterwards = {name: visit.needed(name, limit=NOTE_LIMIT) for name in help_.AFTERWARDS}
    return _do(
        visit,
        lambda session, alarm: help_.close(
            session, alarm, afterwards=afterwards, by=visit.me.by, now=visit.now
        ),
    )


def neighbours(visit: Visit) -> Response:
    """One action tells everyone of the scope she chose."""
    scope = visit.needed("scope", limit=20)
    chosen = next((one for one in SCOPES if one == scope), None)
    if chosen is None:
        raise Refusal(422, "bad_choice")

    def act(session: Session, alarm: int) -> None:
        told = tell_neighbours(
            session, alarm, scope=chosen, by=visit.me.by, telling=_telling(visit), now=visit.now
        )
        visit.say_more(*map(chat_topic, told.conversations))

    return _do(visit, act)


def _do(visit: Visit, act: Act) -> Response:
    """Run `act` on the alarm of the address; then to its case."""
    alarm_id = visit.number("alarm")
    with visit.parts.store.write() as session:
        try:
            act(session, alarm_id)
        except NoResultFound:
            raise not_there() from None
        except (help_.IllegalAlarmMove, IllegalCaseMove):
            raise Refusal(409, "illegal_move") from None
        except NobodyToTell:
            raise Refusal(409, "nobody_to_tell") from None
        number = session.get_one(Alarm, alarm_id).case.number
        visit.say_more(DESK, OUTBOX, *map(chat_topic, conversations_of(session, alarm_id)))
    return see_other(f"/desk/cases/{number}")


def _telling(visit: Visit) -> Telling:
    return Telling(visit.parts.words, visit.parts.estate)
