"""Answers that depend on the day: may one do it, is it open, is somebody there (pure functions, R4, R33)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.calendar_part import Period
from bot.desk.estate.model import Estate
from bot.desk.handbook.days import DayKind, day_meant, kind_of
from bot.desk.handbook.model import Entry, Schedule
from bot.language.when.asked import AskedTime, read_asked_time

Verdict = Literal["hours", "closed", "off_season", "yes", "no", "partly"]


@dataclass(frozen=True)
class DayAnswer:
    """What holds on one local day. `asked`: the minutes of the day she asked for; `hours`: no time asked."""

    meaning: Literal["office", "open", "allowed"]
    verdict: Verdict
    day: date
    kind: DayKind
    hours: tuple[Period, ...]
    asked: Period | None = None
    now: bool = False


def answer_by_day(entry: Entry, question: str, *, estate: Estate, now: datetime) -> DayAnswer | None:
    """The answer for the day the question means; None where it names none, or the entry needs no day.

    A time without a day ("晚上七点还能敲吗") is asked of today.
    """
    if entry.computed is None or (entry.schedule and any(one in question for one in entry.schedule.unless)):
        return None
    asked = read_asked_time(question)
    if asked.day is None and asked.span is None:
        return None
    local = now.astimezone(estate.zone)
    day = day_meant(asked.day or "in:0", local.date(), estate.calendar)
    if day is None:
        return None
    span = (minute := local.hour * 60 + local.minute, minute + 1) if asked.now else asked.span
    if entry.schedule is not None:
        return _by_schedule(entry.schedule, day, span, asked, estate)
    hours = WorkingCalendar.of(estate).hours(day)
    return _judged("office", day, kind_of(day, estate.calendar), hours, span, asked)


def _by_schedule(
    schedule: Schedule, day: date, span: Period | None, asked: AskedTime, estate: Estate
) -> DayAnswer:
    kind = kind_of(day, estate.calendar)
    if schedule.season is not None and not schedule.season.holds(day):
        return DayAnswer(schedule.meaning, "off_season", day, kind, (), span, asked.now)
    hours: tuple[Period, ...] = getattr(schedule, kind.rule)
    return _judged(schedule.meaning, day, kind, hours, span, asked)


def _judged(
    meaning: Literal["office", "open", "allowed"],
    day: date,
    kind: DayKind,
    hours: tuple[Period, ...],
    span: Period | None,
    asked: AskedTime,
) -> DayAnswer:
    return DayAnswer(meaning, _verdict(hours, span), day, kind, hours, span, asked.now)


def _verdict(hours: tuple[Period, ...], span: Period | None) -> Verdict:
    if not hours:
        return "closed"
    if span is None:
        return "hours"
    start, end = span
    inside = sum(max(0, min(end, closes) - max(start, opens)) for opens, closes in hours)
    if inside == 0:
        return "no"
    return "yes" if inside == end - start else "partly"
