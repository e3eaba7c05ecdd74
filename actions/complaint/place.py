"""Where a complaint points: somebody's home, a public place, or a question that is still open.

The home of the one complained of is a line of text in the case and never its household: who lives there could
read the case else (R24).
"""

from dataclasses import dataclass
from typing import Any

from actions.repair.facts import as_slot
from actions.repair.place import KnownHomes
from actions.room import Call
from actions.said import found, longest, says
from bot.desk.people.homes import NoSuchHome, OneHome, find_home, parts_of_key
from bot.desk.wording.phrases import place_text
from bot.language.neighbours import find_neighbour
from bot.language.rooms import HomeMention, HomeParts, find_homes, read_home

LONGEST_PLACE = 80
_LIST = "complaint"


@dataclass(frozen=True)
class Pointed:
    """`place` as people read it, or `how` the next question is worded; `own`: the key of her own home."""

    place: str | None = None
    how: str | None = None
    own: str | None = None
    side: str | None = None

    def slots(self) -> dict[str, Any]:
        """Return the slots it fills; what it does not know is left as it was."""
        known = {"complaint_place": self.place, "complaint_own": self.own, "complaint_side": self.side}
        return {"complaint_how": self.how, **{name: value for name, value in known.items() if value}}


def place_in(
    call: Call, text: str, *, known: KnownHomes, own: str | None, side: str | None, asked: str | None
) -> Pointed | None:
    """Return where her words point, None where they say nothing of it.

    `own` and `side` were said before; `asked` is how the question was worded that this answers, "" for the
    plain one, None when something else was asked.
    """
    homes = find_homes(text)
    mine = next((one for one in homes if _is_hers(text, one, known)), None)
    if mine is None and asked == "need_home" and side and len(homes) == 1:
        mine = homes[0]
    other = next((one for one in homes if one != mine), None)
    own = _key_of(call, mine) or own or (known.keys[0] if len(known.keys) == 1 else None)
    if other is not None:
        return _at_home(call, HomeParts(other.building, other.unit, other.room), asked)
    rest = f"{text[: mine.start]}{text[mine.end :]}" if mine else text
    return _beside(call, rest, own, side, asked) or _in_public(call, rest, own)


def _is_hers(text: str, home: HomeMention, known: KnownHomes) -> bool:
    return home.key in known.keys or says("own_home", text[: home.start], of=_LIST)


def _key_of(call: Call, home: HomeMention | None) -> str | None:
    if home is None:
        return None
    match find_home(call.session, HomeParts(home.building, home.unit, home.room)):
        case OneHome(key):
            return key
    return None


def _at_home(call: Call, parts: HomeParts, asked: str | None) -> Pointed:
    """A home by building and room; one the estate does not have is asked about once."""
    said = place_text(as_slot(parts), call.words)
    match find_home(call.session, parts):
        case OneHome(key):
            return Pointed(place_text(as_slot(parts_of_key(call.session, key)), call.words))
        case NoSuchHome() if asked != "no_such_home":
            return Pointed(how="no_such_home")
    return Pointed(said)


def _beside(call: Call, text: str, own: str | None, side: str | None, asked: str | None) -> Pointed | None:
    """Somebody's home by its number alone, or by where it lies from hers."""
    neighbour, said = find_neighbour(text), read_home(text)
    below = found("below", text, of=_LIST)
    room = neighbour.room if neighbour else said.room if asked is not None else None
    side = (neighbour.side if neighbour else None) or side
    hers = parts_of_key(call.session, own) if own else HomeParts()
    if room is not None:
        return _room(call, room, side, hers, said, asked)
    if neighbour is None and not (asked == "need_home" and side and own):
        return None
    if _is_spot_alone(text):
        return None
    if said.building:
        return Pointed(f"{place_text(as_slot(said), call.words)}{below or side}")
    if own is None:
        return Pointed(how="need_home", side=side) if asked != "need_home" else Pointed(side, side=side)
    where = place_text(as_slot(hers), call.words)
    return Pointed(call.words.label("place", "beside").format(where=where, side=side), own=own, side=side)


def _is_spot_alone(text: str) -> bool:
    """ "楼下烧烤摊" is a place of its own, whoever lives above it."""
    neighbour, spot = find_neighbour(text), found("spot", text, of=_LIST)
    return bool(spot) and neighbour is not None and text.find(spot) >= neighbour.end - 1


def _room(
    call: Call, room: str, side: str | None, hers: HomeParts, said: HomeParts, asked: str | None
) -> Pointed:
    """ "1301" means the one in her own building, if the desk knows it and there is one."""
    if said.building:
        return _at_home(call, HomeParts(said.building, said.unit, room), asked)
    building, unit = hers.building, said.unit or hers.unit
    named = call.words.label("mirror", "room").format(room=room)
    if building is None:
        return Pointed(how="need_building") if asked == "" else Pointed(f"{side or ''}{named}")
    match find_home(call.session, HomeParts(building, unit, room)):
        case OneHome(key):
            return Pointed(place_text(as_slot(parts_of_key(call.session, key)), call.words))
    return Pointed(f"{side or ''}{named}")


def _in_public(call: Call, text: str, own: str | None) -> Pointed | None:
    """A place of the estate; one that every building has is named with the building, if it is known."""
    spot, said = longest("spot", text, of=_LIST), read_home(text)
    if not spot:
        where = place_text(as_slot(said), call.words) if said.building else ""
        return Pointed(where) if where else None
    inside = says("inside_building", spot, of=_LIST)
    hers = parts_of_key(call.session, own) if own and inside else HomeParts()
    at = HomeParts(said.building or hers.building, said.unit or (None if said.building else hers.unit))
    where = place_text(as_slot(at), call.words) if at.building else ""
    return Pointed(f"{where}{spot}"[:LONGEST_PLACE])
