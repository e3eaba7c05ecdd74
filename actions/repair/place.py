"""Where a repair is: a home of the estate, a shared place, or a question that is still open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.repair.facts import LONGEST_PLACE, RepairFacts, as_slot, merged
from actions.room import Call
from actions.said import found, says, without
from bot.desk.people.homes import NoSuchHome, OneHome, PartOfHome, SeveralHomes, find_home, parts_of_key
from bot.desk.people.residents import homes_of
from bot.desk.wording.phrases import place_text
from bot.language.rooms import HomeParts
from bot.store.states import CaseKind

INSIDE = "appliance"
"""The category of what breaks inside a home and has no better one."""
PLACE_SLOTS = ("place", "home", "home_said", "ask_how", "options")


@dataclass(frozen=True)
class KnownHomes:
    """Her homes by key, the proved ones first."""

    keys: tuple[str, ...] = ()


def known_homes(call: Call, resident_id: int) -> KnownHomes:
    """Return what the desk knows: her proved homes; where none is proved, the one she named last."""
    homes = homes_of(call.session, resident_id)
    proved = tuple(home.key for home in homes if home.verified)
    return KnownHomes(proved or tuple(home.key for home in homes[:1]))


@dataclass(frozen=True)
class Fault:
    """What is broken: its category, and her words for it."""

    category: str
    words: str


def is_shared(call: Call, fault: Fault) -> bool:
    """Is it equipment all share (a lift, the lights of the stairs), by the estate's own table?"""
    row = call.estate.repair_categories.get(fault.category)
    return row is not None and row.payer == "public"


def fault_of(call: Call, category: str, words: str) -> Fault:
    """Return the fault under the category it belongs to: inside a home nothing is shared equipment.

    ("我家卧室灯不亮" is heard as lighting, but is not the lights of the stairs.)
    """
    fault = Fault(category, words)
    inside = says("private_place", words) and not says("public_place", words)
    return Fault(INSIDE, words) if inside and is_shared(call, fault) else fault


def place_from(
    call: Call, facts: RepairFacts, *, fault: Fault, slots: Mapping[str, Any], known: KnownHomes, text: str
) -> dict[str, Any]:
    """Return the slots of the place after this message; {} when it says nothing of a place.

    A home is held against the estate's table. A home that is not there is asked about once; said again
    it is taken as she says it, without a household, so that nobody is turned away.
    """
    public = facts.public and not facts.private
    if facts.names_home:
        parts = merged(slots.get("home_said"), facts.home)
        if parts.room is None and (public or is_shared(call, fault)):
            return _shared_place(call, _with_building(call, parts, known), fault.category)
        return home_slots(call, parts, slots)
    if public and slots.get("place") is None:
        unique = found("unique_place", text)
        return place_as_said(unique) if unique else _near_home(call, known, fault.category)
    return {}


def place_by_default(call: Call, *, fault: Fault, known: KnownHomes) -> dict[str, Any]:
    """Return the place where she said none: her own home, or the shared equipment of her building."""
    if is_shared(call, fault):
        # A road or a wall is not known by the building she lives in; a lift is.
        return {} if fault.category == "outdoor" else _near_home(call, known, fault.category)
    if len(known.keys) == 1:
        return home_slots(call, parts_of_key(call.session, known.keys[0]), {})
    return ask_which(call, known.keys) if known.keys else {}


def home_slots(call: Call, parts: HomeParts, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slots for a home or a part of one, held against the estate's table."""
    said = as_slot(parts)
    match find_home(call.session, parts):
        case OneHome(key):
            whole = parts_of_key(call.session, key)
            return {
                "place": place_text(as_slot(whole), call.words),
                "home": key,
                "home_said": as_slot(whole),
                "ask_how": None,
                "options": None,
            }
        case SeveralHomes(keys):
            return {**ask_which(call, keys), "home_said": said}
        case PartOfHome():
            return _still_open(said, _missing(parts))
        case NoSuchHome() if slots.get("ask_how") != "no_such_home" or slots.get("home_said") != said:
            return _still_open(said, "no_such_home")
        case _:  # insisted on, or an estate without a table of its homes
            return {
                "place": place_text(said, call.words),
                "home": None,
                "home_said": said,
                "ask_how": None,
                "options": None,
            }


def ask_which(call: Call, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the slots that ask which of several homes is meant, with a button each."""
    options = [
        {
            "title": place_text(as_slot(parts_of_key(call.session, key)), call.words),
            "payload": f'/choose{{"home": "{key}"}}',
        }
        for key in keys
    ]
    return {"place": None, "home": None, "ask_how": "several", "options": options}


def place_as_said(text: str) -> dict[str, Any]:
    """Return a shared place in her own words."""
    place = without(("polite", "correction_head"), text)[:LONGEST_PLACE]
    return {"place": place, "home": None, "ask_how": None, "options": None} if place else {}


def _missing(parts: HomeParts) -> str:
    """Which wording asks for what is still missing of a home."""
    if parts.building is None:
        return "need_building" if parts.unit or parts.room else "need_home"
    return "need_room"


def _still_open(said: dict[str, str | None], how: str) -> dict[str, Any]:
    return {"place": None, "home": None, "home_said": said, "ask_how": how, "options": None}


def _with_building(call: Call, parts: HomeParts, known: KnownHomes) -> HomeParts:
    """ "2单元" alone means her own building, if the desk knows exactly one."""
    buildings = {parts_of_key(call.session, key).building for key in known.keys}
    building = parts.building or (buildings.pop() if len(buildings) == 1 else None)
    return HomeParts(building, parts.unit)


def _near_home(call: Call, known: KnownHomes, category: str) -> dict[str, Any]:
    """The shared equipment of the building she lives in, if the desk knows exactly one."""
    parts = {parts_of_key(call.session, key) for key in known.keys}
    entrances = {HomeParts(one.building, one.unit) for one in parts}
    return _shared_place(call, entrances.pop(), category) if len(entrances) == 1 else {}


def _shared_place(call: Call, parts: HomeParts, category: str) -> dict[str, Any]:
    if parts.building is None:
        return _still_open(as_slot(parts), "need_building")
    name = call.estate.category_name(CaseKind.REPAIR, category)
    where = place_text(as_slot(parts), call.words)
    place = call.words.label("place", "shared").format(where=where, name=name)
    return {"place": place, "home": None, "home_said": as_slot(parts), "ask_how": None, "options": None}
