"""Which home of the estate is meant: what she said, held against the household table."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.language.rooms import HomeParts
from bot.store.tables import Household

MOST_SHOWN = 6
"""So many homes are offered for choice at most; more is no choice but a list."""


@dataclass(frozen=True)
class OneHome:
    key: str


@dataclass(frozen=True)
class SeveralHomes:
    """Building and room exist in several units: which one is meant must be asked."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class NoSuchHome:
    """The estate has no such home."""


@dataclass(frozen=True)
class PartOfHome:
    """Not whole yet: building or room is missing."""


@dataclass(frozen=True)
class Unlisted:
    """The estate has no household table: what she says is taken as she says it."""


FoundHome = OneHome | SeveralHomes | NoSuchHome | PartOfHome | Unlisted


def find_home(session: Session, parts: HomeParts) -> FoundHome:
    """Return which household `parts` names. Tells nobody who lives there."""
    if parts.building is None or parts.room is None:
        return PartOfHome()
    wanted = select(Household.key).where(Household.building == parts.building, Household.room == parts.room)
    if parts.unit is not None:
        wanted = wanted.where(Household.unit == parts.unit)
    keys = tuple(session.scalars(wanted.order_by(Household.key)))
    if not keys:
        return NoSuchHome() if _has_table(session) else Unlisted()
    return OneHome(keys[0]) if len(keys) == 1 else SeveralHomes(keys[:MOST_SHOWN])


def parts_of_key(session: Session, key: str) -> HomeParts:
    """Return building, unit and room of a household; empty parts for a key the estate does not have."""
    found = session.scalars(select(Household).where(Household.key == key)).one_or_none()
    return HomeParts(found.building, found.unit, found.room) if found else HomeParts()


def _has_table(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(select(Household.id).limit(1).subquery())))
