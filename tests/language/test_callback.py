"""给我回电: whoever waits may ask to be called, in the ways people write it."""

import pytest

from bot.language.callback import asks_for_callback


@pytest.mark.parametrize(
    "text",
    [
        "给我回个电话吧",
        "那你们有空回我电话",
        "让他打我电话13812341234",
        "麻烦师傅回电",
        "算了不等了，你们给我打过来",
        "上班了给我打个电话",
        "能不能打我手机",
        "我留个电话给你们",
        "請回電話給我",
        "忙完了再给我来个电话",
    ],
)
def test_whoever_wants_to_be_called_is_understood(text: str) -> None:
    assert asks_for_callback(text)


@pytest.mark.parametrize(
    "text",
    [
        "不用给我打电话",
        "你们电话打不通",
        "物业电话是多少",
        "电话多少",
        "电梯又停了",
        "电费怎么交",
        "打了好几遍都没人接",
        "还要等多久",
        "别给我回电话了，发消息就行",
    ],
)
def test_whoever_speaks_of_telephones_otherwise_is_not(text: str) -> None:
    assert not asks_for_callback(text)
