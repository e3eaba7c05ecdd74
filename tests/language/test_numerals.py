"""Numbers as residents say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.numerals import digits, read_number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("十二", 12),
        ("二十", 20),
        ("一百零八", 108),
        ("一百二", 120),
        ("三千五", 3500),
        ("一千二百零一", 1201),
        ("一二〇一", 1201),
        ("幺二零幺", 1201),
        ("两", 2),
        ("十十", None),
        ("楼", None),
        ("", None),
    ],
)
def test_by_value_or_digit_by_digit(said: str, number: int | None) -> None:
    assert read_number(said) == number


@given(st.integers(min_value=1, max_value=9999))
def test_a_number_written_out_reads_back(number: int) -> None:
    assert read_number(_written(number)) == number


def test_leading_zeros_stay() -> None:
    assert digits("〇三") == "03"


def _written(number: int) -> str:
    words, zero = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if zero and words else "") + "零一二三四五六七八九"[digit] + sign
            zero = False
        else:
            zero = True
    return words
