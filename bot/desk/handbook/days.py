"""Which local day a question means, and what kind of day it is: holiday, make-up day 调休, weekend (R33)."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.desk.estate.calendar_part import CalendarSettings

_SATURDAY = 6
_LOOK_AHEAD = 400
"""Days: a festival named is the next one within about a year."""


@dataclass(frozen=True)
class DayKind:
    """`kind`: holiday | makeup | special | weekend | workday; `name` of the holiday or the special day.

    `rule` is the kind of day whose hours hold: a make-up day counts as a working day, a special day as the
    day of the week it is.
    """

    kind: str
    rule: str
    name: str = ""


def kind_of(day: date, calendar: CalendarSettings) -> DayKind:
    """What kind of day it is, by the estate's calendar; what it does not know is an ordinary day."""
    week = "weekend" if day.isoweekday() >= _SATURDAY else "workday"
    for year in calendar.years:
        for holiday in year.holidays:
            if holiday.first <= day <= holiday.last:
                return DayKind("holiday", "holiday", holiday.name)
        if day in year.makeup_days:
            return DayKind("makeup", "workday")
    for special in calendar.special_days:
        if special.date == day:
            return DayKind("special", week, special.name)
    return DayKind(week, week)


def day_meant(said: str | None, today: date, calendar: CalendarSettings) -> date | None:
    """The local day that `AskedTime.day` means, seen from today; None where it names no single day."""
    if said is None:
        return None
    kind, _, rest = said.partition(":")
    if kind == "in":
        return today + timedelta(days=int(rest))
    if kind in ("week", "weekend"):
        week, _, weekday = rest.partition(":")
        return _in_week(today, int(week), int(weekday or _SATURDAY), ahead=kind == "weekend")
    if kind == "date":
        month, _, day = rest.partition("-")
        return _next_date(today, int(month) if month else None, int(day))
    if kind == "festival":
        return _next_holiday(today, calendar, rest)
    if kind == "holiday":
        return _next_holiday(today, calendar, None)
    return None


def _in_week(today: date, weeks: int, weekday: int, *, ahead: bool) -> date:
    """A day of this or a coming week; of this week's days that are past the next one is meant."""
    if ahead and weeks == 0 and today.isoweekday() >= _SATURDAY:
        return today
    monday = today - timedelta(days=today.isoweekday() - 1)
    day = monday + timedelta(weeks=weeks, days=weekday - 1)
    return day + timedelta(weeks=1) if day < today else day


def _next_date(today: date, month: int | None, day: int) -> date | None:
    for ahead in range(_LOOK_AHEAD):
        at = today + timedelta(days=ahead)
        if at.day == day and month in (None, at.month):
            return at
    return None


def _next_holiday(today: date, calendar: CalendarSettings, name: str | None) -> date | None:
    """The festival's first day still to come, or today while it lasts."""
    coming = [
        max(holiday.first, today)
        for year in calendar.years
        for holiday in year.holidays
        if holiday.last >= today and name in (None, holiday.name)
    ]
    return min(coming, default=None)
