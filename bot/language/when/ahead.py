"""Does a phrase of time lie ahead? What somebody reports has happened, so such a date is asked about."""

from __future__ import annotations

import re
from datetime import date

from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, read_number
from bot.language.when.phrases import AHEAD

HALF_A_YEAR = 183
"""Days: a day of the calendar further ahead than this was last year's."""
_AHEAD = re.compile(AHEAD)
_DAY = re.compile(
    rf"(?:(?P<year>20[0-9]{{2}})\s*[年./-]\s*)?(?P<month>{NUMERAL}{{1,2}})\s*[月./-]\s*(?P<day>{NUMERAL}{{1,3}})\s*[日号]?"
)


def is_ahead(phrase: str, today: date) -> bool:
    """Return whether `phrase` names a day after `today` ("明晚", "12月30日"); a bare "30号" does not."""
    plain = normalise(phrase)
    if _AHEAD.search(plain):
        return True
    found = _DAY.search(plain)
    named = _date(found, today) if found else None
    return named is not None and named > today


def _date(found: re.Match[str], today: date) -> date | None:
    month, day = read_number(found["month"]), read_number(found["day"])
    if month is None or day is None:
        return None
    try:
        if found["year"]:
            return date(int(found["year"]), month, day)
        this_year = date(today.year, month, day)
    except ValueError:
        return None
    return None if (this_year - today).days > HALF_A_YEAR else this_year
