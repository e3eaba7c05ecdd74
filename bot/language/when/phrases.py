"""Phrases that say since when, how long or how often, as they stand in the text; when.py reads them."""

from __future__ import annotations

import re

from bot.language.found import Found
from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL

_N = rf"(?:{NUMERAL}+|[0-9]+(?:\.[0-9]+)?|半|好几|几|多少|数)"
_YEAR = r"(?:去年|前年|今年|20[0-9]{2}年)"
AHEAD = (
    r"(?:大后天|(?<!聪)明(?:天|日|早|晚|儿)|(?<![以之今此往])后天(?!天)|(?<![以之今此往])后日(?!期)"
    rf"|下下?个?(?:周|星期|礼拜)[一二三四五六日天末]?|下个?月(?:{_N}[日号]|初|底)?)"
)
"""A day that is still to come."""
_THIRD = r"(?:初|[上中下]旬|底)"
_DAY = (
    rf"(?:{AHEAD}|20[0-9]{{2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|{_YEAR}(?:的?(?:{_N}月(?:{_N}[日号]|份|初|底)?|[春夏秋冬]天?|年?[初底]))?|大前天|前天|寻晚|琴晚|寻日|琴日|今朝|昨天|昨日|昨儿个?|前儿个?|今儿个|昨个|昨晚|昨夜|昨早|昨|今天|今日|今儿|今早|今晚|今晨|今|当天|当晚|前晚|前几天|前两天|前些天|前阵子|前段时间"
    r"|这几天|这两天|最近|近期|近日|刚才|刚刚|刚|方才|(?:这|上|上上|本)?个?(?:周|星期|礼拜)[一二三四五六日天末]"
    rf"|(?:上|上上|这|本)个?月(?:{_N}[日号]|{_THIRD})|(?:上|上上|这|本)个?(?:周|星期|礼拜|月)"
    rf"|年初|年前|月初|月底|(?:春节|国庆节?|过年|元旦|中秋节?|端午节?|双十一|双11|(?<!{NUMERAL})五一(?!{NUMERAL}|[路街广大]))"
    rf"|{_N}月{_N}[日号]|{_N}月份?{_THIRD}?"
    rf"|(?<![栋幢座0-9]){_N}[日号](?!楼|线|院|门|车|[0-9]))"
)
_PART = (
    r"(?:凌晨|清晨|早晨|早上|一早|一大早|大清早|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜"
    r"|深夜|后半夜|大半夜|大晚上|白天)"
)
_CLOCK = rf"(?:{_N}(?:点钟?|时|:)(?:半|[一三]刻|{_N}分?|多|左右|来钟|整)*|[0-9]{{1,2}}:[0-9]{{2}})"
_POINT = rf"(?:{_DAY}的?{_PART}?{_CLOCK}?|{_PART}{_CLOCK}?|{_CLOCK})"
_SINCE_TAIL = r"(?:开始|起|到现在|到今天|到今|至今|之后|以后|以来|就)"
_UNIT = r"(?:分钟|个?[多半]?(?:小时|钟头|星期|礼拜|月)|天|日|周|年|宿|晚上|晚)"
_LENGTH = rf"(?:都|已经|快|将近|大概|差不多|整整|足足|有)*{_N}多?(?:来|几)?{_UNIT}(?:多|半)?(?:了|来|以上)?"
_WEEKDAY = r"(?:周[一二三四五六日末]|(?:星期|礼拜)[一二三四五六日天])"
_REPEAT = rf"(?:连续|连着|接连|一连)第?{_N}个?(?:{_WEEKDAY}|{_UNIT}|次|回)"
_OFTEN = (
    r"(?:(?:每天|天天)(?:晚上|半夜|夜里|凌晨|早上|中午)?|"
    rf"每晚|每到?个?(?:周末|(?:周|星期|礼拜)[一二三四五六日天])(?:{_PART})?|每到?(?:晚上|半夜)|一到(?:周末|晚上|半夜)"
    r"|隔三[差岔]五|三天两头|一直|经常|老是|时不时|动不动|隔天)"
)
_AGO = r"(?:以前|之前|前(?![天台门后面边]))"
_SINCE = re.compile(
    rf"{_REPEAT}|{_OFTEN}|(?:自从?|打|从)?{_POINT}{_SINCE_TAIL}+|(?:自从?|打|从){_POINT}"
    rf"|{_LENGTH}(?:{_AGO}|(?=了|没|都|还|就|$|[,.!?~ ]))|{_DAY}的?{_PART}?{_CLOCK}?"
    rf"|{_PART}{_CLOCK}?|{_CLOCK}|{_OFTEN}"
)
_NOT_A_TIME = re.compile(r"^(?:日|天|月|周|半|几|晚)$")


def find_times(text: str) -> list[Found]:
    """Every phrase that tells a time, a length of time or a repetition; the value is the phrase itself."""
    plain = normalise(text)
    return [
        Found(text[m.start() : m.end()].strip(), *m.span())
        for m in _SINCE.finditer(plain)
        if not _NOT_A_TIME.match(m[0])
    ]


def find_since(text: str) -> Found | None:
    """The phrase that best tells since when: a beginning (从昨晚开始), then a length (三天了), then any."""
    found = [one for one in find_times(text) if not re.match(AHEAD, normalise(one.value))]
    if not found:
        return None
    return min(found, key=lambda one: (_rank(normalise(one.value)), one.start))


def _rank(phrase: str) -> int:
    if re.search(_SINCE_TAIL, phrase) or phrase.startswith(("从", "自", "打")):
        return 0
    if re.fullmatch(rf"{_REPEAT}|{_LENGTH}", phrase):
        return 1
    return 3 if re.fullmatch(_OFTEN, phrase) else 2
