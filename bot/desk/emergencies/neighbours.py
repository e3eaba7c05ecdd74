"""Neighbours who may be affected, told by one action of the person on duty, in words prepared per kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event
from bot.desk.emergencies.alarms import OPEN, conversations_of, lock_row, slots_of
from bot.desk.emergencies.places import Place
from bot.desk.emergencies.telling import Telling
from bot.desk.rows import lock_conversation
from bot.store.emergency_tables import Alarm
from bot.store.states import Lane
from bot.store.tables import Conversation, Household, Residency

Scope = Literal["riser", "unit", "building", "estate"]
SCOPES: Final[tuple[Scope, ...]] = ("riser", "unit", "building", "estate")
USUAL: Final[dict[str, Scope]] = {
    "fire": "building", "gas": "building", "entrapment": "unit", "flood": "riser", "shock": "unit",
    "injury": "unit", "falling_object": "building", "crime": "building", "missing_person": "estate",
    "trapped_other": "unit",
}  # fmt: skip


class NobodyToTell(ValueError):
    """The place is not known well enough for this scope, or nobody of it can be reached."""


@dataclass(frozen=True)
class Affected:
    """Who would be told: chats of people with a home in the scope, without those who cried themselves."""

    scope: Scope
    conversations: tuple[int, ...]
    homes: int


def affected(session: Session, alarm: Alarm, scope: Scope) -> Affected:
    """Look only: how many homes and chats the scope holds. The riser 立管 is the same place on each floor."""
    homes = _homes(session, alarm, scope)
    cried = set(conversations_of(session, alarm.id))
    chats = session.scalars(
        select(Conversation.id)
        .join(Residency, Residency.resident_id == Conversation.resident_id)
        .where(Residency.household_id.in_([one.id for one in homes]))
        .distinct()
        .order_by(Conversation.id)
    ).all()
    return Affected(scope, tuple(one for one in chats if one not in cried), len(homes))


def tell_neighbours(
    session: Session, alarm_id: int, *, scope: Scope, by: str, telling: Telling, now: datetime
) -> Affected:
    """One action of a person: every affected chat hears it once. Raises NobodyToTell."""
    found = affected(session, session.get_one(Alarm, alarm_id), scope)
    for conversation_id in found.conversations:
        lock_conversation(session, conversation_id)
    alarm = lock_row(session, alarm_id)
    if alarm.state not in OPEN or not found.conversations:
        raise NobodyToTell(scope)
    place = telling.place(Place(alarm.building, alarm.unit if scope in ("riser", "unit") else None))
    slots = {**slots_of(alarm), "place": place or telling.estate.name}
    texts = [
        message.text
        for conversation_id in found.conversations
        for message in telling.say(
            session,
            conversation_id,
            "utter_emergency_neighbours",
            slots=slots,
            now=now,
            lane=Lane.EMERGENCY,
        )
    ]
    alarm.neighbours_told_at = now
    add_event(
        session, alarm.case, "emergency_neighbours", old=scope, new=str(len(found.conversations)),
        note=texts[0], by=by, now=now,
    )  # fmt: skip
    session.flush()
    return found


def _homes(session: Session, alarm: Alarm, scope: Scope) -> Sequence[Household]:
    wanted = select(Household)
    if scope != "estate":
        if alarm.building is None:
            return ()
        wanted = wanted.where(Household.building == alarm.building)
    if scope in ("unit", "riser") and alarm.unit is not None:
        wanted = wanted.where(Household.unit == alarm.unit)
    homes = session.scalars(wanted).all()
    own = alarm.case.household
    if scope == "riser" and own is not None:
        return [one for one in homes if one.room[-2:] == own.room[-2:]]
    return homes
