"""The handbook 服务手册 as data: entries with source, validity, the ways people ask (docs/handbook.md)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_serializer, model_validator

from bot.desk.estate.calendar_part import Hours, Period
from bot.desk.estate.errors import EstateError, EstateProblem, problems_of, wrong
from bot.desk.estate.types import Name, StrictModel

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Ask = Annotated[str, StringConstraints(min_length=2, max_length=60)]
DayOfYear = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


PHONES = ("service_center", "duty", "gas", "lift", "power", "water", "heating")
FACTS = frozenset(
    {"service_phone", "name", "company", "service_center", *(f"{one}_phone" for one in PHONES[1:])}
)
"""What an answer may name of the estate as {gas_phone}."""
FACT = re.compile(r"\{(\w*)\}?")


class Source(StrictModel):
    """Where an answer comes from: a law or a rule of the estate, its article, in force since `date`."""

    law: Name | None = None
    rule: Name | None = None
    article: Name | None = None
    date: date

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.law is None) == (self.rule is None):
            raise wrong("names no source, or two", "give either law or rule")
        if self.law and not self.article:
            raise wrong("names a law without its article", "add article, or leave the source out")
        return self


class Service(StrictModel):
    """Public 公共性服务 (covered by the fee) or paid 特约性服务: what it costs and who pays (R2)."""

    kind: Literal["public", "paid"]
    price: Name | None = None
    payer: Name | None = None

    @model_validator(mode="after")
    def _paid_says_by_whom(self) -> Self:
        if self.kind == "paid" and not (self.price and self.payer):
            raise wrong("is paid, but price or payer is missing", "add price and payer")
        return self


class Season(StrictModel):
    """A part of the year, both days included, as "06-15"."""

    first: DayOfYear
    last: DayOfYear

    def holds(self, day: date) -> bool:
        """Does the day lie in it? A season may pass the turn of the year."""
        at = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


class Schedule(StrictModel):
    """The hours of something by the kind of day; `meaning`: open (a place) or allowed (a thing to do).

    A question with one of the words in `unless` (刷漆) is about what the hours do not hold for.
    """

    meaning: Literal["open", "allowed"]
    workday: Hours
    weekend: Hours
    holiday: Hours = ()
    season: Season | None = None
    unless: tuple[Name, ...] = ()

    @field_serializer("workday", "weekend", "holiday")
    def _as_written(self, hours: tuple[Period, ...]) -> list[str]:
        return [f"{_clock(start)}-{_clock(end)}" for start, end in hours]


class Entry(StrictModel):
    """One answer. `key` names it for ever; `asks` are the ways people ask for it."""

    key: Key
    topic: Key
    title: Title
    answer: Words
    sources: tuple[Source, ...] = Field(min_length=1)
    asks: tuple[Ask, ...] = Field(min_length=1)
    valid_from: date | None = None
    valid_until: date | None = None
    service: Service | None = None
    computed: Literal["office_hours", "schedule"] | None = None
    schedule: Schedule | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.computed == "schedule") != (self.schedule is not None):
            raise wrong("computed: schedule and a schedule belong together", "give both or neither")
        unknown = [match[0] for match in FACT.finditer(self.answer) if match[1] not in FACTS]
        if unknown:
            mend = f"write one of {', '.join(sorted(FACTS))} in curly brackets, or no brackets"
            raise wrong(f"names no fact of the estate: {unknown[0]}", mend, at="answer")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise wrong("valid_until is before valid_from", "exchange the two dates")
        return self

    def holds(self, day: date) -> bool:
        """Is the entry in force on this local day?"""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


class _File(StrictModel):
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Handbook:
    """All entries by key; later ones with a known key stand in for earlier ones."""

    entries: Mapping[str, Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def entry(self, key: str, day: date) -> Entry | None:
        """The entry in force on this local day, None where there is none."""
        found = self.entries.get(key)
        return found if found is not None and found.holds(day) else None

    def with_entries(self, more: Iterable[Entry]) -> "Handbook":
        """This handbook with further entries, which go before older ones of the same key."""
        return Handbook({**self.entries, **{entry.key: entry for entry in more}})


EMPTY = Handbook({})


def parse_entries(content: Mapping[str, Any], *, file: str) -> tuple[Entry, ...]:
    """The entries of one file. Raises EstateError: file, entry, field, reason, mend, one line a mistake."""
    try:
        return _File.model_validate(dict(content)).entries
    except ValidationError as fault:
        raise EstateError(_placed(one, content, file) for one in problems_of(fault, _File)) from fault


def handbook_of(files: Mapping[str, Mapping[str, Any]]) -> Handbook:
    """The handbook from its files' contents by name. Raises EstateError with every mistake of every file."""
    problems: list[EstateProblem] = []
    entries: dict[str, Entry] = {}
    places: dict[str, str] = {}
    for file, content in files.items():
        try:
            found = parse_entries(content, file=file)
        except EstateError as fault:
            problems += fault.problems
            continue
        for entry in found:
            if entry.key in entries:
                reason = f"the key {entry.key!r} is in {places[entry.key]} already"
                problems.append(EstateProblem(file, reason, "give each entry a key of its own"))
            entries[entry.key], places[entry.key] = entry, file
    if problems:
        raise EstateError(problems)
    return Handbook(entries)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _placed(problem: EstateProblem, content: Mapping[str, Any], file: str) -> EstateProblem:
    """The problem with the file and, where one is meant, the entry's key in front."""
    steps = problem.field.split(".")
    if steps[0] == "entries" and len(steps) > 1 and steps[1].isdigit():
        raw = content["entries"][int(steps[1])]
        name = raw.get("key", f"entry {int(steps[1]) + 1}") if isinstance(raw, Mapping) else steps[1]
        steps = [str(name), *steps[2:]]
    return EstateProblem(f"{file}: {'.'.join(steps)}", problem.reason, problem.mend)
