"""Telephone numbers and number plates."""

from __future__ import annotations

import re

from bot.language.found import Found
from bot.language.normalise import normalise
from bot.language.numerals import digits

_SAID = "零〇一二三四五六七八九幺"
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)")
_MOBILE_SAID = re.compile(rf"(?<![{_SAID}])[一幺][三四五六七八九][{_SAID}]{{9}}(?![{_SAID}])")
_LANDLINE = re.compile(r"(?<!\d)\(?(0\d{2,3})\)?[- ]?(\d{7,8})(?!\d)")
_SERVICE = re.compile(r"(?<!\d)([48]00)[- ]?(\d{3})[- ]?(\d{4})(?!\d)")
_SHORT_LANDLINE = re.compile(r"(?:电话|座机|tel)[:是 ]*(\d{7,8})(?!\d)")
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""What a number plate begins with, before its letter."""
_PLATE = re.compile(
    rf"[{PROVINCES}使领]"
    r"[a-z][·. -]?[a-z0-9]{4,5}[a-z0-9挂学警港澳](?![a-z0-9])"
)


def find_phones(text: str) -> list[Found]:
    """Numbers one can call, as digits only ("13812345678", "01012345678"), in the order of the text."""
    plain = normalise(text)
    found = [Found(re.sub(r"\D", "", m[1]), *m.span()) for m in _MOBILE.finditer(plain)]
    found += [Found(digits(m[0]) or "", *m.span()) for m in _MOBILE_SAID.finditer(plain)]
    found += [Found(m[1] + m[2], *m.span()) for m in _LANDLINE.finditer(plain)]
    found += [Found(m[1] + m[2] + m[3], *m.span()) for m in _SERVICE.finditer(plain)]
    found += [Found(m[1], *m.span(1)) for m in _SHORT_LANDLINE.finditer(plain)]
    return sorted(found, key=lambda one: one.start)


def find_phone(text: str) -> Found | None:
    """The first number one can call, or None. A number with a digit too few or too many is none."""
    phones = find_phones(text)
    return phones[0] if phones else None


def find_plates(text: str) -> list[Found]:
    """Number plates ("京A12345", new-energy ones with six signs), letters large, without the dot."""
    plain = normalise(text)
    return [Found(re.sub(r"[·. -]", "", m[0]).upper(), *m.span()) for m in _PLATE.finditer(plain)]
