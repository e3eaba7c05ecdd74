"""What is said of an entry: replies by key; dates, hours and sources are put together from the labels."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.desk.estate.calendar_part import Period
from bot.desk.estate.model import Estate
from bot.desk.handbook.computed import DayAnswer, answer_by_day
from bot.desk.handbook.model import FACT, PHONES, Entry, Source
from bot.desk.wording.composer import Reply
from bot.desk.wording.words import Words

_GROUP = "handbook"


def facts_of(estate: Estate) -> dict[str, str]:
    """What an answer may name of the estate as {gas_phone}; a phone it has not is the service centre's."""
    own = estate.phones
    phones = {f"{name}_phone": getattr(own, name) or own.service_center for name in PHONES}
    phones["service_phone"] = phones.pop("service_center_phone")
    return {**phones, "name": estate.name, "service_center": estate.service_center, "company": estate.company}


def answer_text(entry: Entry, estate: Estate) -> str:
    """The entry's answer with the estate's facts in it."""
    facts = facts_of(estate)
    return FACT.sub(lambda match: facts[match[1]], entry.answer)


def replies_for(
    entry: Entry, question: str, *, estate: Estate, words: Words, now: datetime
) -> tuple[Reply, ...]:
    """The answer (of the day asked for, where it depends on it), then where it is written and who pays."""
    by_day = answer_by_day(entry, question, estate=estate, now=now)
    answer = (
        Reply("utter_handbook_answer", {"answer": answer_text(entry, estate)})
        if by_day is None
        else _day_reply(by_day, entry, words, now.astimezone(estate.zone).date())
    )
    return answer, _source_reply(entry, words)


def sources_text(entry: Entry, words: Words) -> str:
    """Laws and rules with article and date, as they are quoted."""
    joint = words.label(_GROUP, "joint")
    return joint.join(_source_text(one, words) for one in entry.sources)


def _source_text(source: Source, words: Words) -> str:
    form = words.label(_GROUP, "law" if source.law else "rule")
    day = words.label(_GROUP, "date").format(
        year=source.date.year, month=source.date.month, day=source.date.day
    )
    return form.format(title=source.law or source.rule, article=source.article or "", date=day)


def _source_reply(entry: Entry, words: Words) -> Reply:
    service = entry.service
    slots: dict[str, Any] = {"sources": sources_text(entry, words), "service": None}
    if service is not None:
        slots |= {"service": service.kind, "payer": service.payer}
    return Reply("utter_handbook_source", slots)


def _day_reply(answer: DayAnswer, entry: Entry, words: Words, today: date) -> Reply:
    slots: Mapping[str, Any] = {
        "meaning": answer.meaning,
        "verdict": answer.verdict,
        "title": entry.title,
        "day_text": _day_text(answer.day, today, words),
        "kind_text": words.label("handbook_day", answer.kind.kind).format(name=answer.kind.name),
        "hours": words.label(_GROUP, "joint").join(span_text(one) for one in answer.hours),
        "asked_text": _asked_text(answer, words),
        "season": _season_text(entry, words),
    }
    return Reply("utter_handbook_day", slots)


def _day_text(day: date, today: date, words: Words) -> str:
    weekday = words.label("weekday", str(day.isoweekday()))
    form = {0: "today", 1: "tomorrow", 2: "day_after"}.get((day - today).days, "day")
    if day.year != today.year:
        form = "other_year"
    return words.label("handbook_day", form).format(
        year=day.year, month=day.month, day=day.day, weekday=weekday
    )


def _asked_text(answer: DayAnswer, words: Words) -> str:
    if answer.asked is None:
        return ""
    start, end = answer.asked
    if answer.now:
        return words.label("handbook_day", "now").format(clock=_clock(start))
    return _clock(start) if end == start + 1 else span_text(answer.asked)


def _season_text(entry: Entry, words: Words) -> str:
    season = entry.schedule.season if entry.schedule else None
    if season is None:
        return ""
    first, last = (tuple(map(int, day.split("-"))) for day in (season.first, season.last))
    return words.label("handbook_day", "season").format(
        first_month=first[0], first_day=first[1], last_month=last[0], last_day=last[1]
    )


def span_text(span: Period) -> str:
    """A period of the day as "09:00–12:00"."""
    return f"{_clock(span[0])}–{_clock(span[1])}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
