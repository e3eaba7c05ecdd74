"""The pieces of a phrase of time: which day, which part of it, what the clock says, how long a length is.

All of it is local: `today` is the day of `now` in the estate's zone, hours count from that day's midnight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.language.numerals import NUMERAL, read_number

NUMBER = rf"(?:{NUMERAL}+|半|好几|几|数|十几|几十)"
PART = (
    r"(?:后半夜|大半夜|大晚上|大清早|一大早|凌晨|清晨|早晨|早上|一早|上午|中午|下午|傍晚|晚上|夜里|夜间"
    r"|深夜|半夜|白天|晚|早|夜|晨)"
)
_HOURS = {
    "凌晨": (0, 6), "晨": (5, 9), "清晨": (5, 8), "早": (6, 10), "上午": (8, 12), "中午": (11, 14),
    "下午": (13, 18), "傍晚": (17, 20), "晚": (18, 24), "夜": (20, 26), "深夜": (22, 26), "半夜": (23, 29),
    "后半夜": (25, 29), "白天": (8, 18),
}  # fmt: skip
CLOCK = (
    rf"(?:(?P<hour>{NUMERAL}{{1,3}})(?:点钟?|时(?!候|间)|:|：)(?:(?P<half>半)|(?P<quarter>[一三]刻)|(?P<minute>{NUMERAL}{{1,3}})分?)?"
    r"(?P<about>整|左右|多|来钟)?)"
)
_DAYS_AGO = {
    "大前": 3,
    "前": 2,
    "昨": 1,
    "寻": 1,
    "琴": 1,
    "今": 0,
    "明": -1,
    "听": -1,
    "后": -2,
    "大后": -3,
}
_UNITS = (
    (r"分钟|分", timedelta(minutes=1)),
    (r"小时|钟头|钟", timedelta(hours=1)),
    (r"天|日|宿|晚上|晚|夜", timedelta(days=1)),
    (r"星期|礼拜|周", timedelta(days=7)),
    (r"月", timedelta(days=30)),
    (r"年", timedelta(days=365)),
)
_VAGUE = {"半": 0.5, "几": 3.0, "好几": 4.0, "数": 3.0, "十几": 13.0, "几十": 30.0}
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Length:
    """How long; `vague` where the words leave room ("两个多月", "好几天")."""

    duration: timedelta
    vague: bool


def part_hours(part: str) -> tuple[int, int]:
    """First and last hour of a part of the day; beyond 24 it is the next day's."""
    for name in sorted(_HOURS, key=len, reverse=True):
        if name in part:
            return _HOURS[name]
    raise ValueError(part)


def clock_hours(match: re.Match[str], part: str | None) -> float | None:
    """Hours since midnight that a clock says in a part of the day; None where it is no time of day.

    "晚上十点" is 22, "晚上12点" 24, "半夜两点" 26 (the next day's), "下午3点半" 15.5.
    """
    hour = read_number(match["hour"])
    minutes = 30 if match["half"] else {"一刻": 15, "三刻": 45}.get(match["quarter"] or "", 0)
    if match["minute"]:
        minutes = read_number(match["minute"]) or 0
    if hour is None or hour > 24 or minutes > 59:
        return None
    if part:
        first, last = part_hours(part)
        hour += 12 * (first <= hour + 12 <= min(last, 24) and hour < first)
        hour += 24 * (last > 24 and hour <= last - 24)
        hour += 12 * (hour == 12 and first >= 18)
    return hour + minutes / 60


def day_of(word: str, today: date) -> date | None:
    """The day of 昨/前/大前/今/明/后 …; None for another word."""
    for name in sorted(_DAYS_AGO, key=len, reverse=True):
        if word.startswith(name):
            return today - timedelta(days=_DAYS_AGO[name])
    return None


def weekday_of(sign: str) -> int:
    """0 for Monday; 天 and 日 are Sunday, 末 the Saturday a weekend begins with."""
    return 5 if sign == "末" else _WEEKDAYS.index("日" if sign == "天" else sign)


def calendar_day(year: int | None, month: int, day: int, today: date) -> date | None:
    """The latest such day that is not after today (or of the year that was said); None if there is none."""
    years = [year] if year else [today.year, today.year - 1]
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year or found <= today:
            return found
    return None


def read_length(number: str, unit: str, extra: str) -> Length | None:
    """ "两", "月", "多" → two months and more; the unit without 个. None where it is no length."""
    size = next((one for names, one in _UNITS if re.fullmatch(names, unit)), None)
    amount = _VAGUE.get(number)
    between = re.fullmatch(r"([一二三四五六七八])([二三四五六七八九])", number)
    if between:  # 五六天: five or six
        amount = sum(read_number(sign) or 0 for sign in between.groups()) / 2
    elif amount is None:
        whole = read_number(number)
        amount = None if whole is None else float(whole)
    if size is None or amount is None or amount > 2000:
        return None
    vague = (number in _VAGUE and number != "半") or bool(between) or "多" in extra or "几" in extra
    if "半" in extra:
        amount += 0.5
    return Length(amount * size, vague or size >= timedelta(days=30))


def month_end(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def day_in(month: date, day: int) -> date | None:
    """That day of a month; None where the month has no such day."""
    return month.replace(day=day) if 1 <= day <= month_end(month).day else None


def at(day: date, hours: float) -> datetime:
    """The moment so many hours after that day's midnight."""
    return datetime.combine(day, time()) + timedelta(minutes=round(hours * 60))


@dataclass(frozen=True)
class Span:
    """Local times without a zone."""

    begins: datetime | None = None
    ends: datetime | None = None
    repeats: str | None = None
    times: int | None = None
    approximate: bool = True


def within(day: date, match: re.Match[str], now: datetime, *, days: int = 1) -> Span:
    """The day, or the hours of it that were said."""
    if match["part"] or match["hour"]:
        return hours_of(day, match["part"], match, now, fixed=True)
    return Span(at(day, 0), at(day + timedelta(days=days), 0))


def hours_of(day: date, part: str | None, match: re.Match[str], now: datetime, *, fixed: bool) -> Span:
    """Hours of a day; without a day of its own the latest such hours that have begun."""
    clock = clock_hours(match, part) if match["hour"] else None
    if clock is None and part is None:
        return Span(at(day, 0), at(day, 24))
    if clock is None:
        first, last = part_hours(part or "")
        options = [(float(first), float(last))]
    else:
        # "三点" alone may be of the night or of the afternoon: the later one that has been.
        options = [
            (hour, hour) for hour in ((clock + 12, clock) if part is None and clock <= 12 else (clock,))
        ]
    days = [day] if fixed else [day, day - timedelta(days=1)]
    if clock is not None and clock >= 24 and fixed:
        days.append(day - timedelta(days=1))
    spans = [Span(at(one, first), at(one, last)) for one in days for first, last in options]
    past = [one for one in spans if one.begins is not None and one.begins <= now]
    chosen = max(past, key=lambda one: one.begins or now) if past else spans[-1 if not fixed else 0]
    sure = clock is not None and len(options) == 1 and match["about"] in (None, "整")
    return Span(chosen.begins, chosen.ends, None, None, not sure)
