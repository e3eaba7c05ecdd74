"""The alarm bar of every page, the list of alarms, and the alarm's part of its case page.

A page that shows an untaken alarm to a signed-in person has delivered its desk pages: only then are the
residents told that people were notified.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.emergencies import help as help_
from bot.desk.emergencies.alarms import conversations_of
from bot.desk.emergencies.telling import Telling
from bot.desk.paging import DESK as DESK_PAGE
from bot.store.emergency_tables import Page, PageState
from bot.workspace import pages
from bot.workspace.alarms import reading
from bot.workspace.cases.reading import case_for
from bot.workspace.parts import OUTBOX, chat_topic
from bot.workspace.visits import Visit


def alarms_now(visit: Visit) -> dict[str, list[reading.ShownAlarm]]:
    """For the bar of every page: what nobody has taken, and what is under way."""
    _note_shown(visit)
    with visit.parts.store.read() as session:
        found = reading.open_alarms(session)
    return {
        "raised": [one for one in found if one.is_raised],
        "under_way": [one for one in found if not one.is_raised],
    }


def alarms(visit: Visit) -> Response:
    """Everything under way, and what ended within a week."""
    _note_shown(visit)
    with visit.parts.store.read() as session:
        return pages.page(
            visit,
            "alarms/list.html",
            area="alarms",
            open_alarms=reading.open_alarms(session),
            recent=reading.recent_alarms(session, visit.now),
        )


def of_case(visit: Visit) -> Response:
    """The alarm's part of a case page: how far help is, who was called, what can be done."""
    with visit.parts.store.read() as session:
        case = case_for(session, visit.me, visit.request.path_params["number"])
        shown = reading.alarm_of(session, case)
        if shown is None:
            return Response(status_code=204)
        return pages.page(
            visit,
            "alarms/_case.html",
            shown=shown,
            case=case,
            called=reading.pages_of(session, shown.alarm),
            scopes=reading.who_may_be_told(session, shown.alarm),
            moves=help_.MOVES.get(shown.alarm.state, frozenset()),
        )


def _note_shown(visit: Visit) -> None:
    """A person's screen shows these alarms; written only when there is something to write."""
    with visit.parts.store.read() as session:
        waiting = _unshown(session)
    if not waiting:
        return
    telling = Telling(visit.parts.words, visit.parts.estate)
    for alarm_id in waiting:
        with visit.parts.store.write() as session:
            if help_.shown_on_desk(session, alarm_id, telling=telling, now=visit.now):
                visit.say_more(OUTBOX, *map(chat_topic, conversations_of(session, alarm_id)))


def _unshown(session: Session) -> list[int]:
    wanted = select(Page.alarm_id).where(Page.device == DESK_PAGE, Page.state == PageState.QUEUED)
    return sorted(set(session.scalars(wanted)))
