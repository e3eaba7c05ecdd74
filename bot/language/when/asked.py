"""The day and the time of day a question is about ("周六中午能装修吗"), as said; no calendar here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, read_number

HALF_DAY = 12 * 60

_DAYS = (
    (r"大后天", "in:3"),
    (r"后天|后日|後天", "in:2"),
    (r"明天|明日|明儿|明早|明晚|明晨|听日", "in:1"),
    (r"今天|今日|今儿|今晚|今早|今晨|今朝|今夜|当天", "in:0"),
)
_WEEKDAY = re.compile(r"(这|本|下下|下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天末])")
_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_FESTIVALS = (
    (r"元旦", "元旦"),
    (r"春节|过年|除夕|大年|新春|年三十|年初[一二三]|初[一二三](?!中|期)", "春节"),
    (r"清明", "清明节"),
    (r"五一|劳动节", "劳动节"),
    (r"端午", "端午节"),
    (r"中秋", "中秋节"),
    (r"国庆|十一(?:假期|长假|期间|放假|节|那)", "国庆节"),
)
_NO_SINGLE_DAY = re.compile(r"初[四五六七八九十]|调休|补班")
"""Days that only a calendar of the moon, or a notice of the year, could tell: the whole rule is said."""
_HOLIDAY = re.compile(r"节假日|法定假|长假|放假|假期|节日")
_WORKDAY = re.compile(r"工作日|平日|平时|上班日|周一到周五|周一至周五")
_DATE = re.compile(
    rf"(?:({NUMERAL}{{1,3}}|\d{{1,2}})月)?({NUMERAL}{{1,3}}|\d{{1,2}})[号日](?!楼|线|门|院|车)"
)
_NOW = re.compile(r"现在|这会儿?|此刻|这个?点|目前|眼下|这时候|而家|依家")
_PARTS = (
    (r"凌晨|后半夜", (0, 360)),
    (r"大清早|一大早|清晨|早晨|早上|一早|明早|今早|今晨|明晨", (360, 540)),
    (r"上午", (480, 720)),
    (r"中午|正午|午休|晌午|午间", (720, 840)),
    (r"下午|午后", (840, 1080)),
    (r"傍晚", (1020, 1140)),
    (r"半夜|深夜|夜里|夜间", (1320, 1440)),
    (r"晚上|今晚|明晚|夜晚|晚间", (1140, 1320)),
)
_CLOCK = re.compile(
    rf"({NUMERAL}{{1,3}}|\d{{1,2}})(?:点钟?|时|:(\d{{2}}))(半|一刻|三刻|[0-5]?\d分?|{NUMERAL}{{1,3}}分?)?"
)
_UNTIL = re.compile(rf"^(?:到|至|[-~—–])({NUMERAL}{{1,3}}|\d{{1,2}})(?:点钟?|时|:(\d{{2}}))(半)?")
_ASKS_WHEN = re.compile(r"几点|什么时候|啥时候?|什么时间|多久|几时|何时|哪天|几号|什么时段")
_ASKS = re.compile(r"(?:问|咨询|打听|了解|查|说)一?下")
"""Taken away first: "想问下周六" is about this Saturday."""
_LATER = re.compile(r"以后|之后|过后|后")
_EARLIER = re.compile(r"以前|之前|前")
_STILL = re.compile(r"还|以后|之后|过后")
"""With an hour from six to eight and no part of the day: the evening ("七点还能敲吗")."""


@dataclass(frozen=True)
class AskedTime:
    """`day`: "in:1" (days from today), "week:0:6" (this week's Saturday), "date:11-28" or "date::28",
    "festival:国庆节", "holiday", "workday", "weekend:0"; "unknown" where one was said that cannot be told
    from the words alone, None where no day was said. `span`: minutes of the day, None where no time was said.
    `now`: it is about this very moment.
    """

    day: str | None = None
    span: tuple[int, int] | None = None
    now: bool = False


def read_asked_time(text: str) -> AskedTime:
    """Return what the question says of day and time; a question for the hours ("晚上几点关") has no span."""
    plain = _ASKS.sub(" ", normalise(text))
    if _NOW.search(plain):
        return AskedTime(day="in:0", now=True)
    return AskedTime(day=_day(plain), span=_span(plain))


def _day(plain: str) -> str | None:
    for pattern, day in _DAYS:
        if re.search(pattern, plain):
            return day
    date = _date(plain)
    if date is None and _NO_SINGLE_DAY.search(plain):
        return "unknown"
    if _WORKDAY.search(plain):
        return "workday"
    if "双休日" in plain:
        return "weekend:0"
    if match := _WEEKDAY.search(plain):
        week = {"下": 1, "下下": 2}.get(match[1] or "", 0)
        return f"weekend:{week}" if match[2] == "末" else f"week:{week}:{_WEEKDAYS[match[2]]}"
    for pattern, name in _FESTIVALS:
        if re.search(pattern, plain):
            return f"festival:{name}"
    return date or ("holiday" if _HOLIDAY.search(plain) else None)


def _date(plain: str) -> str | None:
    match = _DATE.search(plain)
    if match is None:
        return None
    month, day = _number(match[1]), _number(match[2])
    if day is None or not 1 <= day <= 31 or not 1 <= (month or 1) <= 12:
        return None
    return f"date:{month or ''}-{day}"


def _span(plain: str) -> tuple[int, int] | None:
    part = next((span for pattern, span in _PARTS if re.search(pattern, plain)), None)
    if match := _CLOCK.search(plain):
        start = _minutes(match[1], match[2], match[3], part, late=_STILL.search(plain) is not None)
        if start is not None:
            return _around(start, plain[match.end() :], part)
    return None if _ASKS_WHEN.search(plain) else part


def _around(start: int, rest: str, part: tuple[int, int] | None) -> tuple[int, int]:
    """The minutes meant by a time and what follows it: until another one, before, after, or that minute."""
    if until := _UNTIL.match(rest):
        end = _minutes(until[1], until[2], until[3], (start, 24 * 60) if start >= HALF_DAY else None)
        return (start, end) if end is not None and end > start else (start, start + 1)
    if _EARLIER.match(rest):
        begin = part[0] if part else (HALF_DAY if start > HALF_DAY else 0)
        return (min(begin, start - 1), start)
    end = (part[1] if part else 24 * 60) if _LATER.match(rest) else start + 1
    return (start, max(end, start + 1))


def _minutes(
    hour_said: str,
    minute_said: str | None,
    rest: str | None,
    part: tuple[int, int] | None,
    *,
    late: bool = False,
) -> int | None:
    hour = _number(hour_said)
    if hour is None or hour > 24:
        return None
    minute = int(minute_said) if minute_said else 0
    if rest:
        quarter = {"半": 30, "一刻": 15, "三刻": 45}.get(rest)
        minute = quarter if quarter is not None else _number(rest.removesuffix("分")) or 0
    if minute > 59:
        return None
    minutes = hour * 60 + minute
    if part is None:
        evening = 1 <= hour <= 5 or (late and 6 <= hour <= 8)
        minutes += HALF_DAY if evening and minute_said is None else 0
    elif part[0] >= HALF_DAY and minutes < HALF_DAY and not (part == (720, 840) and hour >= 11):
        minutes += HALF_DAY
    return minutes if minutes < 24 * 60 else None


def _number(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else read_number(text)
