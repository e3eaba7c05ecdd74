"""The working calendar of an estate (R33) as pure functions: open or not, when next, when due.

Takes and returns aware times, returns UTC. Days and periods are the estate's local ones; durations are
real time, so that a change of clocks in another zone shortens no promise.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.desk.estate.calendar_part import CalendarSettings, Period
from bot.desk.estate.model import Estate
from bot.desk.estate.types import MIDNIGHT, clock_time

Span = tuple[datetime, datetime]


class WorkingCalendar:
    """When somebody is at the service centre. Built once from the estate; keeps no state that changes."""

    def __init__(self, settings: CalendarSettings, zone: ZoneInfo) -> None:
        self._week = settings.week.days()
        self._zone = zone
        self._days: dict[date, tuple[Period, ...]] = {}
        for year in settings.years:
            for holiday in year.holidays:
                for more in range((holiday.last - holiday.first).days + 1):
                    self._days[holiday.first + timedelta(days=more)] = settings.holiday_hours
            self._days.update(dict.fromkeys(year.makeup_days, settings.makeup_hours))
        # The estate's own days come last: they know more than the law does.
        self._days.update({special.date: special.hours for special in settings.special_days})

    @classmethod
    def of(cls, estate: Estate) -> "WorkingCalendar":
        """The calendar of an estate."""
        return cls(estate.calendar, estate.zone)

    def hours(self, day: date) -> tuple[Period, ...]:
        """The open periods of a local day, in minutes after midnight."""
        return self._days.get(day, self._week[day.weekday()])

    def is_open(self, at: datetime) -> bool:
        """Is somebody there at this moment? A period's end is closed."""
        local = at.astimezone(self._zone).date()
        return any(start <= at < end for start, end in self._spans_of(local))

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while open, else the next time somebody comes."""
        start, _ = next(self._spans_from(at))
        return max(start, at.astimezone(UTC))

    def add_working(self, start: datetime, duration: timedelta) -> datetime:
        """The moment when `duration` of open time has passed since `start`.

        Lies inside a period or at its very end, never in closed time. Raises ValueError below zero.
        """
        if duration < timedelta(0):
            raise ValueError("a duration cannot be negative")
        if not duration:
            return self.next_opening(start)
        left = duration
        for opens, closes in self._spans_from(start):
            begins = max(opens, start.astimezone(UTC))
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise AssertionError("the week of an estate always opens again")

    def due(self, start: datetime, duration: timedelta, *, always: bool) -> datetime:
        """`duration` after `start`: around the clock if `always`, else counted in open time only."""
        return start.astimezone(UTC) + duration if always else self.add_working(start, duration)

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        """Open spans that end after `at`, in order."""
        day = at.astimezone(self._zone).date()
        while True:
            yield from (span for span in self._spans_of(day) if span[1] > at)
            day += timedelta(days=1)

    def _spans_of(self, day: date) -> Iterator[Span]:
        for start, end in self.hours(day):
            opens, closes = self._instant(day, start), self._instant(day, end)
            if opens < closes:  # a span swallowed by a change of clocks is none
                yield opens, closes

    def _instant(self, day: date, minutes: int) -> datetime:
        if minutes == MIDNIGHT:
            day, minutes = day + timedelta(days=1), 0
        return datetime.combine(day, clock_time(minutes), self._zone).astimezone(UTC)
