"""The small types `estate.yml` is made of: durations, times of day, phone numbers, names."""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from bot.desk.estate.errors import wrong

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})")
_PHONE = re.compile(r"\+?\d[\d \-]{1,18}\d(?:转\d{1,6})?")
MIDNIGHT = 24 * 60


class StrictModel(BaseModel):
    """A part of the estate: an unknown field is a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def read_duration(value: Any) -> Any:
    """`"45 min"`, `"24 h"`, `"7 d"`, `"5 s"` as a timedelta; a `d` is 24 hours."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value).strip()) if isinstance(value, str) else None
    if not found:
        raise wrong(f"{value!r} is no duration", "write it with its unit: '30 s', '45 min', '24 h', '7 d'")
    duration = timedelta(**{_UNITS[found[2]]: float(found[1])})
    if not timedelta(0) < duration <= timedelta(days=366):
        raise wrong(f"{value!r} is no useful duration", "write more than nothing and less than a year")
    return duration


def read_clock_span(value: Any) -> tuple[int, int]:
    """`"08:30-12:00"` as minutes of the day; the end may be 24:00. Raises the estate's own kind of error."""
    if isinstance(value, tuple):
        return value
    found = _SPAN.fullmatch(str(value).strip()) if isinstance(value, str) else None
    if not found:
        raise wrong(f"{value!r} is no span of time", 'write it as "08:30-12:00", in quotation marks')
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2]), int(found[4]))
    start, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or start >= MIDNIGHT or end > MIDNIGHT:
        raise wrong(f"{value!r} names a time that no clock shows", "use 00:00 to 24:00")
    return start, end


def clock_time(minutes: int) -> time:
    """A time of day from minutes after midnight (0 to 1439)."""
    return time(minutes // 60, minutes % 60)


def _read_phone(value: Any) -> Any:
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not _PHONE.fullmatch(text):
        raise wrong(f"{value!r} is no phone number", 'write it in quotation marks: "0571-88880000"')
    return text


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Phone = Annotated[str, BeforeValidator(_read_phone)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
ClockSpan = Annotated[tuple[int, int], BeforeValidator(read_clock_span)]
"""Minutes of the day; one that ends before it begins passes midnight."""
