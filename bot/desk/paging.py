"""Paging people: who is called on which device, again and again, then the next one, until somebody answers.

Pages are rows written before anything is called. A device that takes the page (or a person's screen that
shows it) makes it `sent`; the first one makes 已通知 true. HTTP is the business of `bot/messaging/paging/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES, add_event
from bot.desk.estate.duty_part import DutyPerson, DutyStep
from bot.desk.estate.model import Estate
from bot.desk.people.notices import give_notice
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, Page, PageState

DESK, WEBHOOK, SMS, TELEGRAM = "desk", "webhook", "sms", "telegram"
LONGEST_PAUSE = timedelta(minutes=5)
"""The last step is called on and on; the pauses grow up to this."""
TRIES = 3
FIRST_RETRY = timedelta(seconds=5)


@dataclass(frozen=True)
class ClaimedPage:
    """One page this desk may send until the lease ends. Holds what may leave the house: no name, no words
    of a resident."""

    page_id: int
    alarm_id: int
    device: str
    role: str
    name: str
    address: str
    attempts: int
    kind: str
    confirmed: bool
    place: str
    number: str
    raised_at: datetime


def page(session: Session, alarm: Alarm, *, estate: Estate, now: datetime) -> list[Page]:
    """Write the pages of the alarm's step and round, and when to look again. The alarm is locked."""
    duty = estate.on_duty
    step = _step(estate, alarm.step)
    pages = [
        Page(
            alarm_id=alarm.id,
            step=alarm.step,
            round=alarm.round,
            device=device,
            role=step.role,
            name=person.name,
            address=address,
            due_at=now,
        )
        for device, person, address in _devices(estate, step.called(now.astimezone(estate.zone)))
    ]
    session.add_all(pages)
    alarm.next_at = now + _pause(estate, alarm)
    names = ", ".join(dict.fromkeys(person.name for person in step.called(now.astimezone(estate.zone))))
    add_event(session, alarm.case, "emergency_paged", old=step.role, new=names, by=actors.BOT, now=now)
    if alarm.step or alarm.round > duty.times:
        _tell_everyone(session, alarm, step, now)
    session.flush()
    return pages


def due_alarms(session: Session, now: datetime, *, limit: int = 100) -> list[int]:
    """Alarms nobody has answered in time, the earliest first."""
    return list(
        session.scalars(
            select(Alarm.id)
            .where(Alarm.state == AlarmState.RAISED, Alarm.next_at <= now)
            .order_by(Alarm.next_at, Alarm.id)
            .limit(limit)
        )
    )


def earliest_alarm(session: Session) -> datetime | None:
    """When the next unanswered alarm must be looked at."""
    return session.scalars(
        select(Alarm.next_at)
        .where(Alarm.state == AlarmState.RAISED, Alarm.next_at.is_not(None))
        .order_by(Alarm.next_at)
        .limit(1)
    ).one_or_none()


def page_again(session: Session, alarm_id: int, *, estate: Estate, now: datetime) -> bool:
    """Nobody answered: the same step again, or the next one. False: somebody was quicker."""
    alarm = session.execute(
        select(Alarm)
        .where(Alarm.id == alarm_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()
    if alarm.state is not AlarmState.RAISED or alarm.next_at is None or alarm.next_at > now:
        return False
    if alarm.case.status not in OPEN_STATUSES:
        _settle(session, alarm, now)
        return False
    duty = estate.on_duty
    if alarm.round >= duty.times and alarm.step + 1 < len(duty.chain):
        alarm.step, alarm.round = alarm.step + 1, 1
    else:
        alarm.round += 1
    page(session, alarm, estate=estate, now=now)
    return True


def _settle(session: Session, alarm: Alarm, now: datetime) -> None:
    """Its case ended without it: nobody is called for what is over."""
    alarm.state, alarm.next_at, alarm.over_at = AlarmState.OVER, None, now
    cancel_pages(session, alarm.id)
    add_event(session, alarm.case, "emergency_over", by=actors.CLOCK, now=now)
    session.flush()


def put_off(session: Session, alarm_id: int, *, now: datetime, reason: str) -> None:
    """An alarm that could not be paged is tried again soon, and everyone sees that it failed."""
    session.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.state == AlarmState.RAISED, Alarm.next_at <= now)
        .values(next_at=now + timedelta(seconds=30))
    )
    give_notice(
        session,
        key=f"alarm:{alarm_id}:fault:{now.isoformat()}",
        kind="clock_fault",
        details={"reason": reason[:200]},
        now=now,
    )


def cancel_pages(session: Session, alarm_id: int) -> None:
    """Somebody has it: what was not sent need not be."""
    session.execute(
        update(Page)
        .where(Page.alarm_id == alarm_id, Page.state == PageState.QUEUED)
        .values(state=PageState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


# --- sending ----------------------------------------------------------------------------------------


def claim_page(
    session: Session, *, desk: str, devices: Sequence[str], now: datetime, lease: timedelta
) -> ClaimedPage | None:
    """The next page for a device outside; None when there is nothing to do now."""
    due = or_(
        and_(Page.state == PageState.QUEUED, Page.due_at <= now),
        and_(Page.state == PageState.SENDING, Page.lease_until < now),
    )
    row = session.scalars(
        select(Page)
        .where(Page.device.in_(devices), due)
        .order_by(Page.due_at, Page.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    row.state, row.desk, row.lease_until = PageState.SENDING, desk, now + lease
    row.attempts += 1
    session.flush()
    alarm = row.alarm
    return ClaimedPage(
        page_id=row.id,
        alarm_id=alarm.id,
        device=row.device,
        role=row.role,
        name=row.name,
        address=row.address,
        attempts=row.attempts,
        kind=alarm.kind,
        confirmed=alarm.confirmed,
        place=alarm.case.place or "",
        number=alarm.case.number,
        raised_at=alarm.raised_at,
    )


def mark_page_failed(
    session: Session, page_id: int, *, desk: str, error: str, permanent: bool, now: datetime
) -> bool:
    """A device did not take it: tried again, in the end failed and shown to everyone."""
    row = session.get_one(Page, page_id, populate_existing=True)
    if row.state is not PageState.SENDING or row.desk != desk:
        return False
    row.error, row.lease_until = error[:300], None
    if not permanent and row.attempts < TRIES:
        row.state, row.due_at = PageState.QUEUED, now + FIRST_RETRY * row.attempts
        session.flush()
        return True
    row.state = PageState.FAILED
    add_event(
        session, row.alarm.case, "emergency_page_failed", old=row.device, new=row.name, note=row.error,
        by=actors.BOT, now=now,
    )  # fmt: skip
    give_notice(
        session,
        key=f"page:{row.id}:failed",
        kind="page_failed",
        case_id=row.alarm.case_id,
        details={"device": row.device, "name": row.name, "error": row.error},
        now=now,
    )
    session.flush()
    return True


def pages_of(session: Session, alarm_id: int) -> list[Page]:
    """Every page of an alarm, in order."""
    return list(session.scalars(select(Page).where(Page.alarm_id == alarm_id).order_by(Page.id)))


def _step(estate: Estate, step: int) -> DutyStep:
    chain = estate.on_duty.chain
    return chain[min(step, len(chain) - 1)]


def _devices(estate: Estate, people: Sequence[DutyPerson]) -> list[tuple[str, DutyPerson, str]]:
    """The desk page always; the webhook once; a text message and Telegram to everyone who has them."""
    duty = estate.on_duty
    found = [(DESK, people[0], "")]
    if duty.webhook is not None:
        found.append((WEBHOOK, people[0], ""))
    if duty.sms is not None:
        numbers = dict.fromkeys(one.phone for one in people if one.phone)
        found += [(SMS, next(p for p in people if p.phone == phone), phone) for phone in numbers if phone]
    chats = {one.telegram: one for one in people if one.telegram is not None}
    return [*found, *((TELEGRAM, person, str(chat)) for chat, person in chats.items())]


def _pause(estate: Estate, alarm: Alarm) -> timedelta:
    duty = estate.on_duty
    beyond = max(0, alarm.round - duty.times)
    return min(duty.repeat_after * (1 + beyond), max(LONGEST_PAUSE, duty.repeat_after))


def _tell_everyone(session: Session, alarm: Alarm, step: DutyStep, now: datetime) -> None:
    give_notice(
        session,
        key=f"alarm:{alarm.id}:step:{alarm.step}:{alarm.round}",
        kind="emergency_unanswered",
        case_id=alarm.case_id,
        details={"role": step.role, "number": alarm.case.number, "emergency": alarm.kind},
        now=now,
    )
