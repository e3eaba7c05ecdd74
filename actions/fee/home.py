"""Whose account a question means: her own proved home, one of several, not proved yet, or somebody else's.

Only a home she proved is ever told of (R19, R24). Asked by number, by side or by name, another home gets the
one kind answer that is the same whether such a home or bill exists or not.
"""

from dataclasses import dataclass

from actions.heard import Heard
from actions.people import resident_id_of
from actions.room import Call
from actions.said import found, says
from bot.desk.fees.account import proved_homes
from bot.language.numerals import digits
from bot.language.rooms import HomeParts, find_homes, read_home


@dataclass(frozen=True)
class Own:
    """A home she proved."""

    key: str


@dataclass(frozen=True)
class Several:
    """She proved several and named none."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class NotProved:
    """She proved none (a claim is not enough), and named nobody else's."""


@dataclass(frozen=True)
class SomebodyElses:
    """Not hers, or not proved to be hers."""


Whose = Own | Several | NotProved | SomebodyElses


def whose_account(call: Call, heard: Heard) -> Whose:
    """Return whose account is asked for."""
    proved = proved_homes(call.session, resident_id_of(call, heard))
    chosen = heard.choices.get("home")
    if chosen is not None:
        return Own(chosen) if chosen in proved else SomebodyElses()
    text = "" if heard.pressed else heard.text
    named = _named(text)
    if named is not None:
        mine = [key for key in proved if _is(key, named)]
        return Own(mine[0]) if len(mine) == 1 else Several(tuple(mine)) if mine else SomebodyElses()
    if says("other_bill", text, of="fee"):
        return SomebodyElses()
    if not proved:
        return NotProved()
    return Own(proved[0]) if len(proved) == 1 else Several(proved)


def _named(text: str) -> HomeParts | None:
    """The home, or the room alone, that the words name; a building alone is no home."""
    homes = find_homes(text)
    if homes:
        # Of several the last that was said: "3-2-1201和3-2-1301" asks for more than her own.
        return HomeParts(homes[-1].building, homes[-1].unit, homes[-1].room)
    parts = read_home(text)
    if parts.room is not None:
        return parts
    room = digits(found("room_asked", text, of="fee"))
    return HomeParts(room=room) if room else None


def _is(key: str, named: HomeParts) -> bool:
    parts = key.split("-")
    building, unit, room = (parts[0], parts[1], parts[2]) if len(parts) == 3 else (parts[0], None, parts[-1])
    return (
        named.room == room
        and named.building in (None, building)
        and (named.unit is None or named.unit == unit)
    )
