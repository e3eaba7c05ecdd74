"""What a phrase of time means in real times: "昨晚十点到现在", "连续三个周六", "两个多月了", "上周三".

A reference `now` and the estate's zone go in, plain data comes out. Phrases are found by `times.py`, read by
`readers.py`; what is found and nobody can place ("当天") has neither beginning nor end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timezone, tzinfo

from bot.language.normalise import normalise
from bot.language.when.phrases import find_since, find_times
from bot.language.when.readers import read_span


@dataclass(frozen=True)
class When:
    """A phrase at text[start:end] and its real times, aware and in UTC.

    `begins` and `ends` are None where nothing is told; `ends` is the latest moment a single point may be
    ("昨晚": till midnight), `now` for "到现在". `repeats`: "daily", "nightly", "weekly", "weekend", a weekday
    ("saturday"), "often"; `times` how often in a row. `approximate`: the words leave room of an hour or more.
    """

    text: str
    start: int
    end: int
    begins: datetime | None = None
    ends: datetime | None = None
    repeats: str | None = None
    times: int | None = None
    approximate: bool = True

    def as_dict(self) -> dict[str, object]:
        """Plain data for a store or a wire; times as ISO 8601 in UTC."""
        return {
            "begins": self.begins.isoformat() if self.begins else None,
            "ends": self.ends.isoformat() if self.ends else None,
            "repeats": self.repeats,
            "times": self.times,
            "approximate": self.approximate,
        }


_TO_NOW = re.compile(r"到现在|至今|到今|到今天")


def read_times(text: str, *, now: datetime, zone: tzinfo) -> list[When]:
    """Every phrase of time in `text`, in its order; a time of day without a day lies before `now`."""
    return [_placed(found.value, found.start, found.end, now=now, zone=zone) for found in find_times(text)]


def read_since(text: str, *, now: datetime, zone: tzinfo) -> When | None:
    """Since when, by the phrase that tells it best; None where nothing is told or what is told lies ahead."""
    found = find_since(text)
    if found is None:
        return None
    when = _placed(found.value, found.start, found.end, now=now, zone=zone)
    return None if when.begins is not None and when.begins > now else when


def _placed(phrase: str, start: int, end: int, *, now: datetime, zone: tzinfo) -> When:
    local = now.astimezone(zone).replace(tzinfo=None)
    plain = normalise(phrase)
    span = read_span(plain, local)
    if _TO_NOW.search(plain) and span.begins:
        span = replace(span, ends=local)
    begins, ends = _aware(span.begins, zone), _aware(span.ends, zone)
    if begins is not None and begins <= now and ends is not None:
        ends = min(ends, now)
    return When(phrase, start, end, begins, ends, span.repeats, span.times, span.approximate)


def _aware(local: datetime | None, zone: tzinfo) -> datetime | None:
    return None if local is None else local.replace(tzinfo=zone).astimezone(timezone.utc)
