"""Phones, plates and case numbers."""

import pytest

from bot.language import find_case_numbers, find_phone, find_phones, find_plates


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("我电话13812345678", "13812345678"),
        ("138 1234 5678 王女士", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("一三八一二三四五六七八", "13812345678"),
        ("幺三八幺二三四五六七八", "13812345678"),
        ("座机010-12345678", "01012345678"),
    ],
)
def test_phones(text: str, phone: str) -> None:
    found = find_phone(text)
    assert found is not None
    assert found.value == phone


@pytest.mark.parametrize("text", ["138123456", "138123456789", "3栋2单元1201", "订单20261125001", ""])
def test_a_digit_too_few_or_many_is_no_phone(text: str) -> None:
    assert find_phones(text) == []


@pytest.mark.parametrize(
    ("text", "plate"),
    [("京A12345挡住了", "京A12345"), ("沪b·6k882", "沪B6K882"), ("粤AD12345的车", "粤AD12345")],
)
def test_plates(text: str, plate: str) -> None:
    assert [one.value for one in find_plates(text)] == [plate]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("TS2023-0568怎么样了", "TS2023-0568"),
        ("ts 2023 0568", "TS2023-0568"),
        ("ＢＸ２０２６－００１２", "BX2026-0012"),
        ("bx20260012", "BX2026-0012"),
    ],
)
def test_case_numbers(text: str, number: str) -> None:
    assert [one.value for one in find_case_numbers(text)] == [number]


def test_dates_and_homes_are_no_case_numbers() -> None:
    assert find_case_numbers("2026-11-25 3-2-1201 A座1502") == []
