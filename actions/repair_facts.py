"""What one message says of a repair: the fault, the place, since when, a phone. Reads; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actions.heard import Heard
from actions.said import says, without
from bot.language.case_numbers import find_case_numbers
from bot.language.contacts import find_phones
from bot.language.found import Found
from bot.language.rooms import HomeMention, HomeParts, find_homes, read_home
from bot.language.times import find_since

LONGEST_FAULT = 1000
"""Characters of her description that are kept in the summary; the whole is in the conversation."""
LONGEST_PLACE = 60
LONGEST_SINCE = 40


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
    spans = [*_spans(phones), *_spans(find_homes(text)), *_spans(find_case_numbers(text))]
    if since is not None:
        spans.append((since.start, since.end))
    left = without(("polite", "empty_repair"), text, tuple(spans))
    return RepairFacts(
        # What is left must still be a matter: two characters at least ("漏水"), else nothing was said.
        fault=without(("polite",), text, _said_apart(text, phones))[:LONGEST_FAULT]
        if len(left) > 1
        else None,
        home=read_home(text),
        phone=phones[0].value if phones else None,
        since=since.value[:LONGEST_SINCE] if since else None,
        public=says("public_place", text),
        private=says("private_place", text),
    )


def _said_apart(text: str, phones: list[Found]) -> tuple[tuple[int, int], ...]:
    """Homes and phones have fields of their own; a time may be half of the sentence and stays."""
    return (*_spans(phones), *_spans(find_homes(text)))


def _spans(found: Sequence[Found | HomeMention]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in found]


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
