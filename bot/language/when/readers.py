"""Reads one phrase of time, without its zone: the first reader that knows the phrase says what it means.

`now` is local; every reader gives back a span, or None where the phrase is not of its kind.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.language.numerals import NUMERAL, read_number
from bot.language.when.calendar import CALENDAR_READERS
from bot.language.when.parts import (
    CLOCK,
    NUMBER,
    PART,
    Span,
    at,
    day_of,
    hours_of,
    month_end,
    read_length,
    weekday_of,
    within,
)

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_WORD = (
    r"(?P<day>大前天|大后天|[前昨今明后](?:天|日|儿个?|个|晚|夜|早|晨)|今朝|昨|今|[寻琴听聽]晚|[寻琴听聽]日)"
)
_POINT = re.compile(rf"{_DAY_WORD}?的?(?P<part>{PART})?的?{CLOCK}?")
_WEEKDAY = re.compile(
    rf"(?P<which>上上|上|这|本|下)?个?(?:周|星期|礼拜)(?P<sign>[一二三四五六日天末])的?(?P<part>{PART})?的?{CLOCK}?"
)
_LENGTH = re.compile(
    rf"(?P<number>{NUMBER})(?P<more>多|来|几)?个?(?P<more2>多|半)?(?P<unit>分钟|小时|钟头|星期|礼拜|晚上|天|日|周|月|年|宿|晚)(?P<more3>多|半)?"
)
_IN_A_ROW = re.compile(
    rf"(?:连续|连着|接连|一连)第?(?P<number>{NUMERAL}+|好几|几)个?(?P<unit>周[一二三四五六日末]|(?:星期|礼拜)[一二三四五六日天]|天晚上|晚上|天|晚|周|星期|礼拜|月|年|次|回)"
)
_OFTEN = (
    (r"(?:每天|天天|每到?|一到)(?:晚上|半夜|夜里|凌晨)|每晚", "nightly"),
    (r"(?:每天|天天)(?:早上|中午)?", "daily"),
    (rf"(?:每到?个?|一到)周末(?:{PART})?", "weekend"),
    (r"隔三[差岔]五|三天两头|一直|经常|老是|时不时|动不动|隔天", "often"),
)
_EVERY_WEEKDAY = re.compile(rf"每到?个?(?:周|星期|礼拜)(?P<sign>[一二三四五六日天])(?:{PART})?")
_LATELY = (
    (r"这两天|前两天", 2),
    (r"这几天|前几天|前些天", 4),
    (r"最近|近期|近日", 14),
    (r"前阵子|前段时间", 30),
)
_TAIL = re.compile(r"(?:开始|起|之后|以后|以来|就|到今天|到今|至今|到现在|了|没|以上)+$")
_HEAD = re.compile(r"^(?:自从?|打|从|都|已经|快|将近|大概|差不多|整整|足足|有)+")


def read_span(plain: str, now: datetime) -> Span:
    """The local times of a normalised phrase; an empty span where no reader knows it."""
    bare = _TAIL.sub("", _HEAD.sub("", plain)) or plain
    for reader in _READERS:
        span = reader(bare, now)
        if span is not None:
            return span
    return Span()


def _in_a_row(words: str, now: datetime) -> Span | None:
    match = _IN_A_ROW.match(words)
    if not match:
        return None
    count = read_number(match["number"]) or 3
    vague = "几" in match["number"]
    unit = match["unit"]
    if unit in ("次", "回"):
        return Span(repeats="often", times=count)
    if re.match(r"(?:周|星期|礼拜).", unit):
        sign = unit[-1]
        last = _back_to(now.date(), weekday_of(sign))
        first = last - timedelta(days=7 * (count - 1))
        until = last + timedelta(days=2 if sign == "末" else 1)
        name = "weekend" if sign == "末" else _NAMES[weekday_of(sign)]
        return Span(at(first, 0), min(at(until, 0), now), name, count, vague)
    length = read_length(match["number"], {"天晚上": "晚"}.get(unit, unit), "")
    nightly = "晚" in unit
    begins = now - length.duration if length else None
    repeats = "nightly" if nightly else "weekly" if unit in ("周", "星期", "礼拜") else "daily"
    return Span(begins, now, repeats if unit not in ("月", "年") else "often", count)


def _often(words: str, now: datetime) -> Span | None:
    weekday = _EVERY_WEEKDAY.fullmatch(words)
    if weekday:
        return Span(repeats=_NAMES[weekday_of(weekday["sign"])])
    return next((Span(repeats=name) for names, name in _OFTEN if re.fullmatch(names, words)), None)


def _lately(words: str, now: datetime) -> Span | None:
    days = next((days for names, days in _LATELY if re.fullmatch(names, words)), None)
    if days:
        return Span(now - timedelta(days=days), now)
    if re.fullmatch(r"刚才|刚刚|刚|方才", words):
        return Span(now - timedelta(minutes=15), now)
    return None


def _weekday(words: str, now: datetime) -> Span | None:
    match = _WEEKDAY.fullmatch(words)
    if not match:
        return None
    weekday, today = weekday_of(match["sign"]), now.date()
    monday = today - timedelta(days=today.weekday())
    back = {"上上": -14, "上": -7, "下": 7}.get(match["which"] or "")
    if back is not None:
        day = monday + timedelta(days=back + weekday)
    elif match["which"]:
        day = monday + timedelta(days=weekday)
        day = day if day <= today else _back_to(today, weekday)
    else:
        day = _back_to(today, weekday)
    return within(day, match, now, days=2 if match["sign"] == "末" else 1)


def _whole(words: str, now: datetime) -> Span | None:
    match = re.fullmatch(r"(上上|上|这|本)个?(周|星期|礼拜|月)", words)
    today = now.date()
    if match and match[2] != "月":
        monday = today - timedelta(days=today.weekday() + {"上上": 14, "上": 7}.get(match[1], 0))
        return Span(at(monday, 0), at(monday + timedelta(days=7), 0))
    if match:
        first = today.replace(day=1)
        for _ in range({"上上": 2, "上": 1}.get(match[1], 0)):
            first = (first - timedelta(days=1)).replace(day=1)
        return Span(at(first, 0), at(month_end(first) + timedelta(days=1), 0))
    year = {"去年": 1, "前年": 2, "今年": 0}.get(words)
    if year is None:
        return None
    return Span(at(date(today.year - year, 1, 1), 0), at(date(today.year - year + 1, 1, 1), 0))


def _length(words: str, now: datetime) -> Span | None:
    match = _LENGTH.match(words)
    if not match or not re.fullmatch(r"前|之前|以前|", words[match.end() :]):
        return None
    extra = "".join(match[name] or "" for name in ("more", "more2", "more3"))
    length = read_length(match["number"], match["unit"], extra)
    if length is None:
        return None
    began = now - length.duration
    return Span(began, None, None, None, length.vague or length.duration >= timedelta(days=1))


def _point(words: str, now: datetime) -> Span | None:
    match = _POINT.fullmatch(words)
    if not match or not any(match[name] for name in ("day", "part", "hour")):
        return None
    today, word = now.date(), match["day"]
    day = day_of(word, today) if word else today
    if day is None:
        return None
    own = word[-1] if word and word[-1] in "晚夜早晨" else "早" if word == "今朝" else None
    part = match["part"] or own
    if part is None and match["hour"] is None and word not in (None, "今天", "今日", "今儿", "今"):
        return Span(at(day, 0), at(day, 24))
    if part is None and match["hour"] is None:
        return Span(at(day, 0), max(now, at(day, 0)))
    return hours_of(day, part, match, now, fixed=bool(word))


def _back_to(today: date, weekday: int) -> date:
    return today - timedelta(days=(today.weekday() - weekday) % 7)


_READERS = (
    _in_a_row,
    _often,
    _lately,
    _weekday,
    _whole,
    *CALENDAR_READERS,
    _length,
    _point,
)
