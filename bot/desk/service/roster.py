"""The roster 排班 (R33): who should be at the chats, and when somebody will be; or else office hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate
from bot.desk.estate.service_part import Day, Shift
from bot.desk.estate.types import MIDNIGHT

_WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOKS_AHEAD = 30


def on_roster(estate: Estate, at: datetime) -> tuple[Shift, ...]:
    """The shifts that are under way at this moment."""
    local = at.astimezone(estate.zone)
    minute, today = local.hour * 60 + local.minute, kind_of_day(estate, local.date())
    return tuple(
        one
        for one in estate.service.roster
        if today in one.days and any(begins <= minute < ends for begins, ends in one.hours)
    )


def is_attended(estate: Estate, at: datetime) -> bool:
    """Should somebody be at the chats now, by the roster or by the office hours?"""
    if estate.service.roster:
        return bool(on_roster(estate, at))
    return WorkingCalendar.of(estate).is_open(at)


def next_attended(estate: Estate, at: datetime) -> datetime:
    """`at` itself while attended, else when somebody comes next (UTC)."""
    if is_attended(estate, at):
        return at.astimezone(UTC)
    if estate.service.roster:
        found = min((begins for begins in _beginnings(estate, at) if begins > at), default=None)
        if found is not None:
            return found
    return WorkingCalendar.of(estate).next_opening(at)


def kind_of_day(estate: Estate, day: date) -> Day:
    """What the roster calls a local day: a public holiday, a make-up day, or its weekday."""
    for year in estate.calendar.years:
        if day in year.makeup_days:
            return "makeup"
        if any(one.first <= day <= one.last for one in year.holidays):
            return "holiday"
    return _WEEK[day.weekday()]


def _beginnings(estate: Estate, at: datetime) -> Iterator[datetime]:
    first = at.astimezone(estate.zone).date()
    for ahead in range(_LOOKS_AHEAD):
        day = first + timedelta(days=ahead)
        today = kind_of_day(estate, day)
        for shift in estate.service.roster:
            if today in shift.days:
                yield from (_instant(estate, day, begins) for begins, _ in shift.hours)


def _instant(estate: Estate, day: date, minutes: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=estate.zone)
    return (midnight + timedelta(minutes=minutes % MIDNIGHT)).astimezone(UTC)
