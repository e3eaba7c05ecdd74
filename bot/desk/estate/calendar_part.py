"""The calendar part of `estate.yml`: the week, the public holidays, the make-up days 调休 (R33)."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.desk.estate.errors import wrong
from bot.desk.estate.types import Name, StrictModel, read_clock_span

Period = tuple[int, int]
"""An open time of a day: minutes after midnight, start included, end not."""


def _read_period(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    start, end = read_clock_span(value)
    if start >= end:
        raise wrong(f"{value!r} ends before it begins", "split what passes midnight into two days")
    return start, end


def _in_order(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    for (_, end), (start, _) in pairwise(periods):
        if start < end:
            raise wrong("the periods overlap or are out of order", "list them from morning to evening")
    return periods


Hours = tuple[Annotated[Period, BeforeValidator(_read_period)], ...]


class Week(StrictModel):
    """The open periods of an ordinary week; a closed day is an empty list."""

    mon: Hours
    tue: Hours
    wed: Hours
    thu: Hours
    fri: Hours
    sat: Hours
    sun: Hours

    @field_validator("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    @classmethod
    def _ordered(cls, value: tuple[Period, ...]) -> tuple[Period, ...]:
        return _in_order(value)

    @model_validator(mode="after")
    def _opens_at_all(self) -> Self:
        if not any(self.days()):
            raise wrong("the office never opens", "give at least one day of the week its hours")
        return self

    def days(self) -> tuple[tuple[Period, ...], ...]:
        """The seven days, Monday first."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class Holiday(StrictModel):
    """A public holiday, both days included."""

    name: Name
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise wrong("last is before first", "exchange the two dates")
        return self


class Year(StrictModel):
    """The public holidays of one year, and where they are published."""

    year: int = Field(ge=2020, le=2100)
    source: Annotated[str, Field(min_length=1, max_length=200)]
    provisional: bool = False
    """True while only the days fixed by law are known, not yet the year's 调休."""
    holidays: tuple[Holiday, ...]
    makeup_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _of_this_year(self) -> Self:
        for day in (*self.makeup_days, *(holiday.first for holiday in self.holidays)):
            if day.year != self.year:
                raise wrong(f"{day} is not in {self.year}", "move it to its own year")
        for holiday in self.holidays:
            if (holiday.last - holiday.first).days > 30:
                raise wrong(f"{holiday.name} is longer than a month", "check its last day")
        free = [h for h in self.holidays if any(h.first <= day <= h.last for day in self.makeup_days)]
        if free:
            raise wrong(f"a make-up day lies inside {free[0].name}", "take it out of one of the two")
        return self


class SpecialDay(StrictModel):
    """A day of the estate's own: other hours than the calendar says."""

    date: date
    name: Name
    hours: Hours

    @field_validator("hours")
    @classmethod
    def _ordered(cls, value: tuple[Period, ...]) -> tuple[Period, ...]:
        return _in_order(value)


class CalendarSettings(StrictModel):
    """When somebody is at the service centre. `makeup_hours` are those of a make-up day."""

    week: Week
    holiday_hours: Hours = ()
    makeup_hours: Hours
    years: tuple[Year, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()

    @field_validator("holiday_hours", "makeup_hours")
    @classmethod
    def _ordered(cls, value: tuple[Period, ...]) -> tuple[Period, ...]:
        return _in_order(value)

    @field_validator("years")
    @classmethod
    def _each_once(cls, years: tuple[Year, ...]) -> tuple[Year, ...]:
        listed = [year.year for year in years]
        for year in listed:
            if listed.count(year) > 1:
                raise wrong(f"{year} is there twice", "keep one of the two")
        return years
