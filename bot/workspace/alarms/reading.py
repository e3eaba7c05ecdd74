"""What the alarm pages show: open alarms with their voices, pages and what can be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.desk.emergencies.alarms import OPEN, voices_count
from bot.desk.emergencies.neighbours import SCOPES, USUAL, Affected, affected
from bot.store.emergency_tables import Alarm, AlarmState, Page
from bot.store.tables import Agent, Case

RECENT = timedelta(days=7)


@dataclass(frozen=True)
class ShownAlarm:
    """One alarm as a page shows it; `taken_by` is a name."""

    alarm: Alarm
    voices: int
    taken_by: str | None

    @property
    def is_raised(self) -> bool:
        return self.alarm.state is AlarmState.RAISED


def open_alarms(session: Session) -> list[ShownAlarm]:
    """What is under way, the untaken ones first, the oldest first."""
    found = session.scalars(
        select(Alarm).where(Alarm.state.in_(OPEN)).options(joinedload(Alarm.case)).order_by(Alarm.id)
    ).all()
    return sorted((_shown(session, one) for one in found), key=lambda one: (not one.is_raised, one.alarm.id))


def recent_alarms(session: Session, now: datetime) -> list[ShownAlarm]:
    """What ended within a week, the newest first."""
    found = session.scalars(
        select(Alarm)
        .where(Alarm.state.not_in(OPEN), Alarm.raised_at > now - RECENT)
        .options(joinedload(Alarm.case))
        .order_by(Alarm.id.desc())
        .limit(50)
    ).all()
    return [_shown(session, one) for one in found]


def alarm_of(session: Session, case: Case) -> ShownAlarm | None:
    """The alarm of a case; None for a case of another kind."""
    found = session.scalars(select(Alarm).where(Alarm.case_id == case.id)).one_or_none()
    return None if found is None else _shown(session, found)


def pages_of(session: Session, alarm: Alarm) -> Sequence[Page]:
    """Who was called, when, over what, and what came of it."""
    return session.scalars(select(Page).where(Page.alarm_id == alarm.id).order_by(Page.id)).all()


def who_may_be_told(session: Session, alarm: Alarm) -> list[Affected]:
    """Each scope with the number of chats it would reach, the usual one for the kind first."""
    usual = USUAL[alarm.kind]
    return [affected(session, alarm, one) for one in sorted(SCOPES, key=lambda scope: scope != usual)]


def _shown(session: Session, alarm: Alarm) -> ShownAlarm:
    return ShownAlarm(alarm, voices_count(session, alarm.id), _name(session, alarm.acknowledged_by))


def _name(session: Session, by: str | None) -> str | None:
    if by is not None and by.startswith("duty:"):
        return by.removeprefix("duty:")
    if by is None or not by.startswith("agent:"):
        return None
    found = session.get(Agent, int(by.removeprefix("agent:")))
    return found.name if found else None
