"""The working calendar: due times never lie in closed time, later starts are never due earlier (R33)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.calendar_part import CalendarSettings
from tests.support.examples import times

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAY = ["08:30-12:00", "13:30-18:00"]
SETTINGS = {
    "week": {
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WEEKDAY),
        "sat": ["09:00-12:00"],
        "sun": [],
    },
    "holiday_hours": [],
    "makeup_hours": WEEKDAY,
    "years": [
        {
            "year": 2026,
            "source": "test",
            "holidays": [{"name": "国庆节", "first": "2026-10-01", "last": "2026-10-07"}],
            "makeup_days": ["2026-09-20", "2026-10-10"],
        }
    ],
    "special_days": [{"date": "2026-12-31", "name": "盘点", "hours": ["08:30-12:00"]}],
}
CALENDAR = WorkingCalendar(CalendarSettings.model_validate(SETTINGS), SHANGHAI)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
durations = st.integers(0, 10 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-25T08:29", False),
        ("2026-11-25T08:30", True),
        ("2026-11-25T12:00", False),  # the end of a period is closed
        ("2026-11-25T13:00", False),
        ("2026-11-25T17:59", True),
        ("2026-11-29T10:00", False),  # Sunday
        ("2026-10-05T10:00", False),  # a holiday on a Monday
        ("2026-09-20T10:00", True),  # 调休: a Sunday that works
        ("2026-10-10T15:00", True),  # 调休: a Saturday with a weekday's hours
        ("2026-12-31T15:00", False),  # the estate's own day
    ],
)
def test_it_knows_who_is_there(at: str, is_open: bool) -> None:
    assert CALENDAR.is_open(local(at)) is is_open


def test_four_hours_run_over_the_lunch_break() -> None:
    assert CALENDAR.add_working(local("2026-11-25T10:00"), timedelta(hours=4)) == local("2026-11-25T15:30")


def test_what_begins_on_saturday_evening_is_due_on_monday() -> None:
    assert CALENDAR.add_working(local("2026-11-28T20:00"), timedelta(hours=1)) == local("2026-11-30T09:30")


def test_national_day_is_jumped_over() -> None:
    assert CALENDAR.add_working(local("2026-09-30T17:00"), timedelta(hours=2)) == local("2026-10-08T09:30")


def test_a_duration_may_end_exactly_at_closing_time() -> None:
    assert CALENDAR.add_working(local("2026-11-25T17:00"), timedelta(hours=1)) == local("2026-11-25T18:00")


def test_around_the_clock_means_around_the_clock() -> None:
    at = local("2026-10-01T23:00")
    assert CALENDAR.due(at, timedelta(hours=24), always=True) == local("2026-10-02T23:00")


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working(local("2026-11-25T10:00"), timedelta(minutes=-1))


@settings(max_examples=times(200), deadline=None)
@given(moments, durations)
def test_due_never_lies_in_closed_time(start: datetime, duration: timedelta) -> None:
    due = CALENDAR.add_working(start, duration)
    # Inside a period, or at its very end.
    assert CALENDAR.is_open(due) or CALENDAR.is_open(due - timedelta(microseconds=1))
    assert due >= start + duration


@settings(max_examples=times(200), deadline=None)
@given(moments, durations, durations)
def test_a_later_start_or_a_longer_time_is_never_due_earlier(
    start: datetime, duration: timedelta, more: timedelta
) -> None:
    due = CALENDAR.add_working(start, duration)
    assert CALENDAR.add_working(start + more, duration) >= due
    assert CALENDAR.add_working(start, duration + more) >= due


@settings(max_examples=times(200), deadline=None)
@given(moments, durations, durations)
def test_two_steps_are_as_long_as_one(start: datetime, first: timedelta, second: timedelta) -> None:
    halfway = CALENDAR.add_working(start, first)
    if first and second:
        assert CALENDAR.add_working(halfway, second) == CALENDAR.add_working(start, first + second)


@settings(max_examples=times(100), deadline=None)
@given(moments)
def test_the_next_opening_is_open(at: datetime) -> None:
    opening = CALENDAR.next_opening(at)
    assert CALENDAR.is_open(opening)
    assert opening >= at
    assert (opening == at) is CALENDAR.is_open(at)


def test_a_change_of_clocks_in_another_zone_costs_no_working_time() -> None:
    all_day = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkingCalendar(
        CalendarSettings.model_validate({"week": all_day, "makeup_hours": ["09:00-10:00"]}), berlin
    )
    start = datetime(2026, 3, 28, 12, tzinfo=berlin)  # the clocks go forward that night
    due = calendar.add_working(start, timedelta(hours=24))
    assert due - start.astimezone(UTC) == timedelta(hours=24)
