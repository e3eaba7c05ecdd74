"""What one message says of a repair: the fault, the place, since when, a phone. Reads; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actions.heard import Heard
from actions.said import clauses_of, says, tail, without, without_clause
from bot.language.case_numbers import find_case_numbers
from bot.language.contacts import find_phones
from bot.language.found import Found
from bot.language.normalise import normalise
from bot.language.numerals import digits
from bot.language.rooms import HomeMention, HomeParts, find_homes, read_home
from bot.language.when.phrases import find_since

LONGEST_FAULT = 1000
"""Characters of her description that are kept in the summary; the whole is in the conversation."""
LONGEST_PLACE = 60
LONGEST_SINCE = 40
LONGEST_BUILDING = 3


@dataclass(frozen=True)
class RepairFacts:
    """What was said; None or empty where nothing was. `home` may be a part of one ("2单元")."""

    fault: str | None
    home: HomeParts
    phone: str | None
    since: str | None
    public: bool
    private: bool

    @property
    def names_home(self) -> bool:
        return self.home != HomeParts()


def read_facts(heard: Heard) -> RepairFacts:
    """Read everything the message tells; a pressed button tells nothing by its text."""
    text = "" if heard.pressed else heard.text
    phones, since = find_phones(text), find_since(text)
    if since and says("asked_time", since.value):
        since = None
    return RepairFacts(
        fault=_fault(text, since.value if since else "", phones),
        home=_home(text),
        phone=phones[0].value if phones else None,
        since=since.value[:LONGEST_SINCE] if since else None,
        public=says("public_place", text),
        private=says("private_place", text),
    )


def _fault(text: str, since: str, phones: list[Found]) -> str | None:
    """Her words for the fault: without home, phone and a clause that only says since when.

    What is left must still be a matter: two characters at least ("漏水") or a thing of one ("灯"), else
    nothing was said.
    """
    apart = (*_spans(phones), *_spans(find_homes(text)), *_spans(find_case_numbers(text)))
    fault = without(("polite",), text, apart)
    fault = without_clause("since_rest", fault, since) if since else fault
    left = without(("empty_repair",), fault)
    if len(left) <= 1 and not says("one_thing", left):
        return None
    clauses = [one for one in fault.split("，") if len(without(("empty_repair",), one)) > 0]
    return "，".join(clauses)[:LONGEST_FAULT]


def _home(text: str) -> HomeParts:
    """The home or the parts of one; behind "不对，是" a bare number is a room."""
    said = read_home(text)
    if said != HomeParts() or not says("correction", text):
        return said
    behind = [read_home(tail(clause)) for clause in clauses_of(text)]
    return next((home for home in reversed(behind) if home != HomeParts()), said)


def _spans(found: Sequence[Found | HomeMention]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in found]


def bare_building(text: str) -> str | None:
    """Return the building where the answer is nothing but its number or letter ("3", "十二", "a")."""
    said = without(("polite", "correction_head"), text)
    if len(said) == 1 and said.isascii() and said.isalpha():
        return said.upper()
    number = digits(normalise(said)) if 0 < len(said) <= LONGEST_BUILDING else None
    return number.lstrip("0") or None if number else None


def merged(known: Mapping[str, str | None] | None, said: HomeParts) -> HomeParts:
    """Return the home said so far with what was said now put over it ("不对，是2单元")."""
    before = known or {}
    return HomeParts(
        said.building or before.get("building"),
        said.unit or (None if said.building and said.room else before.get("unit")),
        said.room or before.get("room"),
    )


def as_slot(parts: HomeParts) -> dict[str, str | None]:
    """Return the parts as the slot `home_said` keeps them."""
    return {"building": parts.building, "unit": parts.unit, "room": parts.room}
