"""Words that only point at the message they answer, and words that say something."""

import pytest

from bot.language.pointing import only_points


@pytest.mark.parametrize(
    "text",
    [
        "这个呢",
        "？？",
        "还没回我呢",
        "这个还没回答我",
        "上面的问题还没回复",
        "前面问的还没人回答",
        "回答一下这个",
        "麻烦回复一下上面的问题",
        "這個怎麼樣了",
        "怎么还没回",
    ],
)
def test_a_finger_and_nothing_else(text: str) -> None:
    assert only_points(text)


@pytest.mark.parametrize(
    "text", ["没有", "不是", "有人吗", "好的", "👍", "这个坏了", "你们这个怎么收费", "回复我电话", "看看", ""]
)
def test_who_says_something_is_taken_by_her_word(text: str) -> None:
    assert not only_points(text)
