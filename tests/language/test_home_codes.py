"""A resident types the code the desk gave her; words, numbers of cases and telephones are none."""

import pytest

from bot.language.home_codes import find_home_code


@pytest.mark.parametrize(
    "text",
    [
        "K7QP-3MXA",
        " k7qp3mxa ",
        "Ｋ７ＱＰ－３ＭＸＡ",
        "核验码是K7QP 3MXA",
        "你们给的码：k7qp-3mxa，麻烦核一下",
        "验证一下k7qp_3mxa",
    ],
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    found = find_home_code(text)
    assert found is not None
    assert found.value == "K7QP-3MXA"


def test_letters_alone_are_a_code_when_nothing_else_is_said_or_a_code_is_announced() -> None:
    assert find_home_code("KWQP-HMXA") is not None
    assert find_home_code("核验码：KWQP-HMXA") is not None
    assert find_home_code("我要 help desk 谢谢") is None


@pytest.mark.parametrize(
    "text",
    ["BX2026-0001", "电话8888-6666", "22223333", "13800001234", "3-2-1201", "粤BX9999挡着我车了", "你好", ""],
)
def test_what_is_no_code_is_left_alone(text: str) -> None:
    assert find_home_code(text) is None
