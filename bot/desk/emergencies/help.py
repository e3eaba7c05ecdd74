"""How far help is: a page was delivered, a person has it, is there, it is over. Residents hear the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import paging
from bot.desk.casework.case_rows import add_event
from bot.desk.casework.cases import assign_case, change_status, close_case, keep_promise, start_case
from bot.desk.emergencies.alarms import conversations_of, lock_alarm, slots_of
from bot.desk.emergencies.telling import Telling
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, Page, PageState
from bot.store.states import CaseStatus
from bot.store.tables import Case

AFTERWARDS: Final = ("cause", "damage", "insurance", "prevention")
"""What closing asks for (R17): cause, damage, the insurance help that was offered, prevention."""

MOVES: Mapping[AlarmState, frozenset[AlarmState]] = {
    AlarmState.RAISED: frozenset({AlarmState.ACKNOWLEDGED}),
    AlarmState.ACKNOWLEDGED: frozenset({AlarmState.ON_THE_SPOT, AlarmState.OVER, AlarmState.FALSE}),
    AlarmState.ON_THE_SPOT: frozenset({AlarmState.OVER, AlarmState.FALSE}),
}


@dataclass
class IllegalAlarmMove(Exception):
    """The table of moves has no such move (somebody else was first); nothing was changed."""

    old: AlarmState
    new: AlarmState

    def __str__(self) -> str:
        return f"an alarm cannot go from {self.old} to {self.new}"


class AfterwardsMissing(ValueError):
    """Closing an emergency needs a word on each of AFTERWARDS; `fields` names what is missing."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def page_delivered(
    session: Session, page_id: int, *, desk: str | None, telling: Telling, now: datetime
) -> bool:
    """A device took a page. The first one of an alarm makes it true that people were told.

    `desk` names the sender that must still hold it; None for a person's screen, which needs no claim.
    """
    alarm_id = session.scalars(select(Page.alarm_id).where(Page.id == page_id)).one()
    alarm = lock_alarm(session, alarm_id)
    page = session.get_one(Page, page_id, populate_existing=True)
    held = page.state is PageState.SENDING and page.desk == desk if desk else page.state is PageState.QUEUED
    if not held:
        return False
    page.state, page.sent_at, page.lease_until = PageState.SENT, now, None
    add_event(
        session, alarm.case, "emergency_page_sent", old=page.device, new=page.name, by=actors.BOT, now=now
    )
    if alarm.notified_at is None:
        alarm.notified_at = now
        if alarm.state is AlarmState.RAISED:
            _tell(session, alarm, "utter_emergency_notified", telling, now)
    session.flush()
    return True


def shown_on_desk(session: Session, alarm_id: int, *, telling: Telling, now: datetime) -> bool:
    """A signed-in person's page shows the alarm: its desk pages are delivered."""
    waiting = session.scalars(
        select(Page.id).where(
            Page.alarm_id == alarm_id, Page.device == paging.DESK, Page.state == PageState.QUEUED
        )
    ).all()
    shown = [page_delivered(session, one, desk=None, telling=telling, now=now) for one in waiting]
    return any(shown)


def acknowledge(
    session: Session,
    alarm_id: int,
    *,
    agent_id: int | None = None,
    person: str | None = None,
    telling: Telling,
    now: datetime,
) -> Alarm:
    """A person has it: paging stops, the case is hers, whoever cried is told. Raises IllegalAlarmMove.

    `person`: somebody of the duty list who is no agent of the desk.
    """
    alarm = lock_alarm(session, alarm_id)
    _may(alarm, AlarmState.ACKNOWLEDGED)
    by = actors.duty(person or "") if agent_id is None else actors.agent(agent_id)
    alarm.state, alarm.next_at = AlarmState.ACKNOWLEDGED, None
    alarm.acknowledged_at, alarm.acknowledged_by = now, by
    paging.cancel_pages(session, alarm.id)
    add_event(session, alarm.case, "emergency_acknowledged", by=by, now=now)
    assign_case(session, alarm.case, agent_id=agent_id, person=person, by=by, now=now)
    session.flush()
    _tell(session, alarm, "utter_emergency_acknowledged", telling, now)
    return alarm


def arrive(session: Session, alarm_id: int, *, by: str, telling: Telling, now: datetime) -> Alarm:
    """Somebody is on the spot."""
    alarm = lock_alarm(session, alarm_id)
    _may(alarm, AlarmState.ON_THE_SPOT)
    alarm.state, alarm.arrived_at = AlarmState.ON_THE_SPOT, now
    add_event(session, alarm.case, "emergency_arrived", by=by, now=now)
    if alarm.case.status is not CaseStatus.IN_PROGRESS:
        start_case(session, alarm.case, by=by, now=now)
    session.flush()
    _tell(session, alarm, "utter_emergency_on_the_spot", telling, now)
    return alarm


def end(session: Session, alarm_id: int, *, by: str, telling: Telling | None, now: datetime) -> Alarm:
    """The danger is over: the case waits for its closing, and (with `telling`) whoever cried is asked how
    she is."""
    alarm = lock_alarm(session, alarm_id)
    _may(alarm, AlarmState.OVER)
    alarm.state, alarm.over_at = AlarmState.OVER, now
    add_event(session, alarm.case, "emergency_over", by=by, now=now)
    case = alarm.case
    if case.status is not CaseStatus.RESOLVED:
        change_status(session, case, CaseStatus.RESOLVED, by=by, now=now)
    for what in ("respond", "visit", "resolve"):
        keep_promise(session, case, what, by=by, now=now)
    session.flush()
    if telling is not None:
        _tell(session, alarm, "utter_emergency_over", telling, now)
    return alarm


def call_false(session: Session, alarm_id: int, *, by: str, now: datetime) -> Alarm:
    """It was none 误报: the case is closed as such; nobody is blamed, the next cry is served the same."""
    alarm = lock_alarm(session, alarm_id)
    _may(alarm, AlarmState.FALSE)
    alarm.state, alarm.over_at = AlarmState.FALSE, now
    add_event(session, alarm.case, "emergency_false", by=by, now=now)
    case = alarm.case
    if case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        change_status(session, case, CaseStatus.RESOLVED, by=by, now=now)
    close_case(session, case, by=by, now=now)
    session.flush()
    return alarm


def close(session: Session, alarm_id: int, *, afterwards: Mapping[str, str], by: str, now: datetime) -> Case:
    """Close the case with what was learnt. Raises AfterwardsMissing, IllegalAlarmMove."""
    missing = tuple(name for name in AFTERWARDS if not afterwards.get(name, "").strip())
    if missing:
        raise AfterwardsMissing(missing)
    alarm = lock_alarm(session, alarm_id)
    if alarm.state is not AlarmState.OVER:
        raise IllegalAlarmMove(alarm.state, AlarmState.OVER)
    alarm.afterwards = {name: afterwards[name].strip() for name in AFTERWARDS}
    for name in AFTERWARDS:
        add_event(session, alarm.case, f"emergency_{name}", note=alarm.afterwards[name], by=by, now=now)
    if alarm.case.status is CaseStatus.RESOLVED:
        close_case(session, alarm.case, by=by, now=now)
    session.flush()
    return alarm.case


def _may(alarm: Alarm, new: AlarmState) -> None:
    if new not in MOVES.get(alarm.state, frozenset()):
        raise IllegalAlarmMove(alarm.state, new)


def _tell(session: Session, alarm: Alarm, key: str, telling: Telling, now: datetime) -> None:
    """Everyone who cried hears it; the words go into the case once."""
    said = [
        message
        for conversation_id in conversations_of(session, alarm.id)
        for message in telling.say(session, conversation_id, key, slots=slots_of(alarm), now=now)
    ]
    if said:
        add_event(session, alarm.case, "told", new=key, note=said[0].text, by=actors.BOT, now=now)
