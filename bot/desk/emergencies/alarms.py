"""The alarm of an emergency case: raised once for a place and kind, joined by other voices, answered, ended.

Lock order: conversations (by id), then the alarm. Who raises holds her own conversation and one counter,
so that two neighbours who cry at the same moment make one alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk import paging
from bot.desk.casework.case_rows import add_event
from bot.desk.casework.cases import change_status, open_case
from bot.desk.emergencies.places import Place
from bot.desk.emergencies.telling import Telling
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.store import actors
from bot.store.counters import next_value
from bot.store.emergency_tables import Alarm, AlarmState, AlarmVoice
from bot.store.states import CaseKind, CaseStatus, Urgency
from bot.store.tables import Conversation, Message, Promise

OPEN = (AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.ON_THE_SPOT)
LASTS = timedelta(hours=6)
"""So long an alarm that nobody ended still gathers new voices."""


@dataclass(frozen=True)
class Raised:
    """The alarm a cry belongs to; `new` when it is the first voice."""

    alarm: Alarm
    new: bool


def raise_alarm(
    session: Session,
    *,
    message: Message,
    kind: str,
    confirmed: bool,
    place: Place,
    repeated_false: int,
    telling: Telling,
    now: datetime,
) -> Raised:
    """Open the emergency case and page, or join the alarm of the same place and kind."""
    next_value(session, "alarms")  # one at a time: the counter's row is locked until the commit
    alarm = _same(session, kind, place, message.conversation_id, now)
    if alarm is None:
        alarm = _open(session, message, kind, confirmed, place, repeated_false, telling, now)
        add_voice(session, alarm, message, "cry", now=now)
        paging.page(session, alarm, estate=telling.estate, now=now)
        return Raised(alarm, new=True)
    alarm = lock_row(session, alarm.id)
    alarm.confirmed = alarm.confirmed or confirmed
    add_voice(session, alarm, message, "cry", now=now)
    by = _by(session, message)
    add_event(session, alarm.case, "emergency_voice", note=message.text, by=by, now=now)
    learn_place(session, alarm, place, telling=telling, now=now)
    return Raised(alarm, new=False)


def add_voice(session: Session, alarm: Alarm, message: Message, what: str, *, now: datetime) -> None:
    """A message belongs to this alarm."""
    session.add(
        AlarmVoice(
            alarm_id=alarm.id,
            conversation_id=message.conversation_id,
            message_id=message.id,
            what=what,
            at=now,
        )
    )
    session.flush()
    session.expire(alarm, ["voices"])


def learn_place(session: Session, alarm: Alarm, place: Place, *, telling: Telling, now: datetime) -> None:
    """Keep what is now known of the place; the alarm row is locked by the caller."""
    known = Place(alarm.building, alarm.unit)
    if place.building is None or (known.building is not None and not known.covers(place.building, None)):
        return
    if known.building is not None and not place.said:
        return  # a neighbour's own home says nothing about where the first one cried
    alarm.building, alarm.unit = place.building, place.unit or alarm.unit
    text = telling.place(place)
    if text and (alarm.case.place is None or len(text) > len(alarm.case.place)):
        alarm.case.place = text[:120]
    session.flush()


def merge_if_same(session: Session, alarm: Alarm, *, telling: Telling, now: datetime) -> Alarm:
    """A place that became known may be another alarm's: the voices go there, this one ends as merged."""
    next_value(session, "alarms")
    place = Place(alarm.building, alarm.unit)
    other = next(
        (one for one in _open_alarms(session, alarm.kind, now) if one.id < alarm.id and _covers(one, place)),
        None,
    )
    if other is None:
        return alarm
    other, alarm = lock_row(session, other.id), lock_row(session, alarm.id)
    for voice in list(alarm.voices):
        voice.alarm_id = other.id
    session.flush()
    session.expire_all()
    alarm.state, alarm.merged_into_id, alarm.next_at = AlarmState.MERGED, other.id, None
    paging.cancel_pages(session, alarm.id)
    note = other.case.number
    add_event(session, alarm.case, "emergency_merged", new=note, by=actors.BOT, now=now)
    add_event(session, other.case, "emergency_merged", old=alarm.case.number, by=actors.BOT, now=now)
    change_status(session, alarm.case, CaseStatus.WITHDRAWN, by=actors.BOT, now=now, why=note)
    session.flush()
    return other


def alarm_of_conversation(session: Session, conversation_id: int, now: datetime) -> Alarm | None:
    """The newest alarm that is under way in this conversation."""
    return session.scalars(
        select(Alarm)
        .join(AlarmVoice)
        .where(
            AlarmVoice.conversation_id == conversation_id,
            Alarm.state.in_(OPEN),
            Alarm.raised_at > now - LASTS,
        )
        .order_by(Alarm.id.desc())
        .limit(1)
    ).first()


def conversations_of(session: Session, alarm_id: int) -> Sequence[int]:
    """Who cried: each conversation once, by id (the order in which they are locked)."""
    return session.scalars(
        select(AlarmVoice.conversation_id)
        .where(AlarmVoice.alarm_id == alarm_id)
        .distinct()
        .order_by(AlarmVoice.conversation_id)
    ).all()


def voices_count(session: Session, alarm_id: int) -> int:
    """How many people cried about it."""
    return (
        session.scalar(
            select(func.count(AlarmVoice.conversation_id.distinct())).where(
                AlarmVoice.alarm_id == alarm_id, AlarmVoice.what == "cry"
            )
        )
        or 0
    )


def lock_alarm(session: Session, alarm_id: int) -> Alarm:
    """The alarm as it is now, with the conversations of all its voices locked before it."""
    for conversation_id in conversations_of(session, alarm_id):
        lock_conversation(session, conversation_id)
    return lock_row(session, alarm_id)


def lock_row(session: Session, alarm_id: int) -> Alarm:
    """The alarm's row alone: for who holds her own conversation and touches no other."""
    return session.execute(
        select(Alarm)
        .where(Alarm.id == alarm_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def false_cries(session: Session, conversation_id: int, now: datetime) -> int:
    """How many cries of this chat turned out to be none within a day."""
    first = (
        select(func.min(AlarmVoice.id))
        .where(AlarmVoice.alarm_id == Alarm.id)
        .correlate(Alarm)
        .scalar_subquery()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(Alarm)
            .join(AlarmVoice, AlarmVoice.id == first)
            .where(
                AlarmVoice.conversation_id == conversation_id,
                Alarm.state == AlarmState.FALSE,
                Alarm.raised_at > now - timedelta(days=1),
            )
        )
        or 0
    )


def slots_of(alarm: Alarm) -> dict[str, str]:
    """What a sentence about the alarm may name."""
    return {
        "emergency": alarm.kind,
        "state": alarm.state.value,
        "number": alarm.case.number,
        "person": alarm.case.person_in_charge,
    }


# --- raising ----------------------------------------------------------------------------------------


def _same(session: Session, kind: str, place: Place, conversation_id: int, now: datetime) -> Alarm | None:
    alarms = _open_alarms(session, kind, now)
    hers = select(AlarmVoice.alarm_id).where(AlarmVoice.conversation_id == conversation_id)
    own = set(session.scalars(hers))
    return next((one for one in alarms if one.id in own or _covers(one, place)), None)


def _open_alarms(session: Session, kind: str, now: datetime) -> Sequence[Alarm]:
    return session.scalars(
        select(Alarm)
        .where(Alarm.kind == kind, Alarm.state.in_(OPEN), Alarm.raised_at > now - LASTS)
        .order_by(Alarm.id)
    ).all()


def _covers(alarm: Alarm, place: Place) -> bool:
    return place.building is not None and Place(alarm.building, alarm.unit).covers(place.building, place.unit)


def _open(
    session: Session,
    message: Message,
    kind: str,
    confirmed: bool,
    place: Place,
    repeated_false: int,
    telling: Telling,
    now: datetime,
) -> Alarm:
    conversation = session.get_one(Conversation, message.conversation_id)
    opened = open_case(
        session,
        estate=telling.estate,
        kind=CaseKind.EMERGENCY,
        category=kind,
        urgency=Urgency.EMERGENCY,
        summary=message.text[:2000],
        place=telling.place(place),
        since=None,
        contact=conversation.resident.phone,
        household_key=place.household_key,
        resident_id=conversation.resident_id,
        conversation_id=conversation.id,
        by=_by(session, message),
        now=now,
    )
    _only_colleagues_hear_of_delays(session, opened.id, now)
    alarm = Alarm(
        case_id=opened.id,
        kind=kind,
        building=place.building,
        unit=place.unit,
        confirmed=confirmed,
        repeated_false=repeated_false,
        raised_at=now,
        next_at=now,
    )
    session.add(alarm)
    session.flush()
    give_notice(
        session,
        key=f"alarm:{alarm.id}",
        kind="emergency",
        case_id=opened.id,
        conversation_id=conversation.id,
        details={"number": opened.number, "emergency": kind, "confirmed": confirmed},
        now=now,
    )
    return alarm


def _only_colleagues_hear_of_delays(session: Session, case_id: int, now: datetime) -> None:
    """In danger the machine gives instructions and true states, no apologies for minutes."""
    for promise in session.scalars(select(Promise).where(Promise.case_id == case_id)):
        promise.told_at = now
    session.flush()


def _by(session: Session, message: Message) -> str:
    return actors.resident(session.get_one(Conversation, message.conversation_id).resident_id)
