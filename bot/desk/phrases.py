"""Times and phone numbers as people say them, in the estate's zone; the words come from the labels."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk.words import Words

_PHONE = re.compile(r"(\d{3})\d{4}(\d{4})")


def time_text(at: datetime, now: datetime, zone: ZoneInfo, words: Words) -> str:
    """Return `at` as "today 18:00" in the estate's words; both times are aware."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    names = words.labels["day"]
    near = {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "day_after"}.get((local.date() - today).days)
    if near:
        return names[near].format(clock=clock)
    form = names["this_year" if local.year == today.year else "other_year"]
    weekday = words.label("weekday", str(local.isoweekday()))
    return form.format(year=local.year, month=local.month, day=local.day, weekday=weekday, clock=clock)


def before_text(at: datetime, now: datetime, zone: ZoneInfo, words: Words) -> str:
    """Return `at` as a time limit ("before today 18:00")."""
    return words.labels["day"]["before"].format(time=time_text(at, now, zone, words))


def masked(phone: str) -> str:
    """Return a phone number with its middle hidden (R24): 138****1234."""
    return _PHONE.sub(r"\1****\2", phone)
