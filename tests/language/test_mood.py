"""Mood by words alone: what the desk has when Rasa is down."""

import pytest

from bot.language import mood


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("楼道灯不亮了", 0),
        ("请问物业费怎么交", 0),
        ("厨房漏水，电话13812345678", 0),
        ("京A12345挡在门口", 0),
        ("我打12345", 2),
        ("麻烦您派人来看一下，谢谢", 0),
        ("急急急！！水管爆了", 0),
        ("急！！快来人，家里跳闸了", 0),
        ("急急急！！怎么还没人来", 1),
        ("怎么还没人来", 1),
        ("电梯又坏了", 1),
        ("反映好几次了，一直没人管", 1),
        ("电梯又坏了，第三次了，你们到底管不管！", 2),
        ("你们服务真好，三天了", 2),
        ("再不修我就不交物业费", 2),
        ("垃圾物業，氣死我了", 2),
        ("滚！", 2),
    ],
)
def test_levels(text: str, level: int) -> None:
    assert mood(text) == level
