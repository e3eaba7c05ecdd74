"""What is written of an anonymous complaint: her words and the place, without her (R8)."""

from collections.abc import Mapping
from typing import Any

from actions.complaint.facts import LIST
from actions.mirror import facts_of
from actions.repair.facts import as_slot
from actions.room import Call
from actions.said import says
from bot.desk.people.homes import OneHome, find_home, parts_of_key
from bot.desk.wording.phrases import place_text
from bot.language.rooms import HomeParts

_STOREY = 100
"""1301 lies over 1201."""


def words_without_her(text: str) -> str:
    """Return what happened, without who she says she is and that she is not to be named."""
    return "，".join(facts_of(text)) or text


def place_without_her(call: Call, slots: Mapping[str, Any]) -> str | None:
    """Return the place without her own home in it: the home over or under hers, or the building."""
    place, own, side = (slots.get(f"complaint_{name}") for name in ("place", "own", "side"))
    if not (place and own and side) or not str(place).endswith(str(side)):
        return place
    hers = parts_of_key(call.session, str(own))
    storeys = int(says("above", str(side), of=LIST)) - int(says("below", str(side), of=LIST))
    if storeys and hers.room and hers.room.isdigit():
        other = HomeParts(hers.building, hers.unit, str(int(hers.room) + storeys * _STOREY))
        match find_home(call.session, other):
            case OneHome(key):
                return place_text(as_slot(parts_of_key(call.session, key)), call.words)
    where = place_text(as_slot(HomeParts(hers.building, hers.unit)), call.words)
    return call.words.label("place", "beside").format(where=where, side=side)
