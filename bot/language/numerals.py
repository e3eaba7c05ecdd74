"""Chinese numerals as residents say them: 十二, 一千二百零一, and digit by digit: 一二〇一, 幺二零幺."""

from __future__ import annotations

_DIGITS = {
    **{str(n): n for n in range(10)},
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    "〇": 0, "○": 0, "幺": 1, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "叄": 3, "肆": 4, "伍": 5,
    "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

NUMERAL = "[" + "".join(_DIGITS) + "".join(_UNITS) + "]"
"""Character class for regular expressions: any character a number may be written with."""


def read_number(text: str) -> int | None:
    """The number that `text` (only characters of NUMERAL) stands for, or None where it is no number.

    Without 十/百/千 the digits are read one by one ("一二〇一" is 1201); with them by value ("十二" is 12,
    "一百零八" 108). A number with units and Arabic digits mixed ("1千2") is read by value, too.
    """
    if not text or any(sign not in _DIGITS and sign not in _UNITS for sign in text):
        return None
    if not any(sign in _UNITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total = 0
    current: int | None = None
    last_unit = 10_000
    after_zero = False
    for sign in text:
        if sign in _UNITS:
            unit = _UNITS[sign]
            if unit >= last_unit or (current is None and (unit != 10 or total)):
                return None
            total += (1 if current is None else current) * unit
            current, last_unit, after_zero = None, unit, False
        elif _DIGITS[sign] == 0:
            after_zero, current = True, None
        elif current is None:
            current = _DIGITS[sign]
        else:
            return None
    if current is not None:  # 一百二 is 120, 一百零二 is 102
        total += current * (last_unit // 10 if last_unit > 10 and not after_zero else 1)
    return total


def digits(text: str) -> str | None:
    """`text` as Arabic digits, leading zeros kept where read digit by digit; None if it is no number."""
    if text and all(sign in _DIGITS for sign in text):
        return "".join(str(_DIGITS[sign]) for sign in text)
    number = read_number(text)
    return None if number is None else str(number)
