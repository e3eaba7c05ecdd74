"""What one message says of a complaint: matter, time, wish, phone and plate. Reads; decides nothing."""

import re
from dataclasses import dataclass
from datetime import date

from actions.heard import Heard
from actions.mirror import facts_of, wish_in
from actions.said import found, says, without
from bot.language.clauses import ends_in_numbered_place, joins, without_joints
from bot.language.contacts import find_phones, find_plates
from bot.language.found import Found
from bot.language.neighbours import find_neighbour
from bot.language.normalise import normalise
from bot.language.rooms import find_homes
from bot.language.when.ahead import is_ahead
from bot.language.when.phrases import find_times

LIST = "complaint"
LONGEST = 2000
"""Characters of her words kept in the case; the whole is in the conversation."""
LONGEST_SINCE = 60
_DIGITS = re.compile(r"(?<!\d)\d(?:[- ]?\d){6,13}(?!\d)")
_PHONE_DIGITS = range(7, 15)


@dataclass(frozen=True)
class ComplaintFacts:
    """What was said; None where nothing was. `ahead` is a time that has not come yet."""

    words: str | None
    since: str | None
    ahead: str | None
    wish: str | None
    anonymous: bool
    phone: str | None
    broken_phone: bool
    plate: str | None


def read_complaint(heard: Heard, today: date) -> ComplaintFacts:
    """Read everything the message tells; a pressed button tells nothing by its text."""
    text = "" if heard.pressed else heard.text.strip()
    phones, plates = find_phones(text), find_plates(text)
    since, ahead = when_in(text, today)
    return ComplaintFacts(
        words=_words(text),
        since=since,
        ahead=ahead,
        wish=wish_in(text),
        anonymous=says("anonymous", text, of=LIST),
        phone=phones[0].value if phones else None,
        broken_phone=not phones and not find_homes(text) and _looks_like_phone(text),
        plate=plates[0].value if plates else None,
    )


def when_in(text: str, today: date) -> tuple[str | None, str | None]:
    """Return when it happened, in her words, and a time of hers that lies ahead."""
    phrases = _joined(text, [one for one in find_times(text) if not ends_in_numbered_place(text[: one.end])])
    ahead = next((one for one in phrases if is_ahead(one, today)), None)
    been = [one for one in phrases if not is_ahead(one, today)]
    how_often = found("habit", text, of=LIST) or None
    return (max(been, key=len)[:LONGEST_SINCE] if been else how_often), ahead


def _words(text: str) -> str | None:
    """Her own words; None when she only said that she complains."""
    told = without(("polite", "empty_report"), "".join(facts_of(text)))
    pointing = find_neighbour(told)
    rest = f"{told[: pointing.start]}{told[pointing.end :]}" if pointing else told
    return text[:LONGEST] if len(told) > 1 and without_joints(rest) else None


def _joined(text: str, times: list[Found]) -> list[str]:
    """Times that stand beside one another are one: 每天 + 晚上十点以后."""
    spans: list[tuple[int, int]] = []
    for one in times:
        if spans and joins(text[spans[-1][1] : one.start]):
            spans[-1] = (spans[-1][0], one.end)
        else:
            spans.append((one.start, one.end))
    return [without_joints(text[start:end]) for start, end in spans]


def _looks_like_phone(text: str) -> bool:
    found = _DIGITS.search(normalise(text))
    return found is not None and sum(char.isdigit() for char in found[0]) in _PHONE_DIGITS
