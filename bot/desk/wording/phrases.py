"""Times, places and categories as people say them; the words come from the labels."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.desk.estate.model import Estate
from bot.desk.wording.words import Words
from bot.store.states import CaseKind


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


def place_text(parts: Mapping[str, str | None], words: Words) -> str:
    """Return a home or a part of one ({building, unit, room}) as people write it; "" for nothing."""
    said = {name: parts[name] for name in ("building", "unit", "room") if parts.get(name)}
    form = words.labels["place"].get("_".join(said))
    return form.format(**said) if form else "".join(str(value) for value in said.values())


def category_name(kind: CaseKind, category: str, estate: Estate, words: Words) -> str | None:
    """Return a category's name: a repair's as the estate calls it; None for one without a name."""
    if kind == CaseKind.REPAIR:
        found = estate.repair_categories.get(category)
        return found.name if found else None
    return words.labels.get(kind.value, {}).get(category)


def span_text(span: timedelta, words: Words) -> str:
    """Return how long `span` is as a promise says it: in days from two on, in hours, else in minutes."""
    minutes = round(span / timedelta(minutes=1))
    for unit, size, least in (("days", 24 * 60, 2), ("hours", 60, 1)):
        if minutes % size == 0 and minutes >= least * size:
            return words.label("span", unit).format(count=minutes // size)
    return words.label("span", "minutes").format(count=minutes)
