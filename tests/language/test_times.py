"""Since when, how long, how often: the words as they stand."""

import pytest

from bot.language import find_since, find_times


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("从昨晚十点到现在没电", "从昨晚十点到现在"),
        ("昨天下午3点开始漏的", "昨天下午3点开始"),
        ("三天了没人修", "三天了"),
        ("两个多月了", "两个多月了"),
        ("连续三个周六都在装修", "连续三个周六"),
        ("昨晚", "昨晚"),
        ("今天早上停水", "今天早上"),
        ("上周三报的", "上周三"),
        ("11月20号坏的", "11月20号"),
    ],
)
def test_the_phrase_is_found(text: str, since: str) -> None:
    found = find_since(text)
    assert found is not None
    assert found.value == since
    assert text[found.start : found.end] == since


@pytest.mark.parametrize("text", ["3栋2单元1201", "电梯坏了", "12号302室", "", "13812345678"])
def test_no_time_is_invented(text: str) -> None:
    assert find_since(text) is None


def test_every_time_in_order() -> None:
    assert [one.value for one in find_times("昨天报的，今天早上又坏了")] == ["昨天", "今天早上"]
