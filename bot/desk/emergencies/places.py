"""Where an emergency is: what she said, else her own home; what counts as one place."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.people.homes import OneHome, find_home, parts_of_key
from bot.desk.people.residents import homes_of
from bot.language.rooms import HomeParts, read_home
from bot.store.tables import Conversation, Household


@dataclass(frozen=True)
class Place:
    """A building, a unit, a room, each where known; `household_key` only for a home the estate has."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None
    household_key: str | None = None
    said: bool = False
    """She named it herself; else it is her own home, taken for want of better."""

    def covers(self, building: str | None, unit: str | None) -> bool:
        """The same place as `building`, `unit`? A unit that nobody named fits any of the building."""
        if self.building is None or self.building != building:
            return False
        return self.unit is None or unit is None or self.unit == unit


def place_said(session: Session, text: str) -> Place | None:
    """The place a text names; None where it names no building and no home."""
    parts = read_home(text)
    if parts.building is None:
        return None
    return _placed(session, parts, said=True)


def place_of(session: Session, conversation: Conversation, text: str) -> Place:
    """What she said, else her home (a proved one first), else nothing."""
    said = place_said(session, text)
    if said is not None:
        return said
    homes = homes_of(session, conversation.resident_id)
    if not homes:
        return Place()
    own = _placed(session, parts_of_key(session, homes[0].key), said=False)
    bare = read_home(text)  # "13楼的电梯": her own building, but not her own room
    return Place(own.building, bare.unit or own.unit, bare.room or own.room, own.household_key)


def _placed(session: Session, parts: HomeParts, *, said: bool) -> Place:
    home = find_home(session, parts)
    key = home.key if isinstance(home, OneHome) else None
    unit = parts.unit
    if key is not None and unit is None:
        unit = session.scalars(select(Household.unit).where(Household.key == key)).one() or None
    return Place(parts.building, unit, parts.room, key, said)
