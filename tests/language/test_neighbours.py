"""Whom a complaint points at, in the ways people say it."""

import pytest

from bot.language.neighbours import find_neighbour


@pytest.mark.parametrize(
    ("text", "side", "room"),
    [
        ("楼上1301每天晚上十点以后还在装修", "楼上", "1301"),
        ("3301在装修，连续第三个周六了", None, "3301"),
        ("3301室的狗又叫了一夜", None, "3301"),
        ("隔壁的1202天天打麻将", "隔壁", "1202"),
        ("对门总把鞋柜放在过道", "对门", None),
        ("我楼上一家小孩跳到半夜", "楼上", None),
        ("楼上，就是一三零一，半夜拖凳子", "楼上", "1301"),
        ("502家养的鸡打鸣", None, "502"),
        ("樓上半夜彈琴", "楼上", None),
    ],
)
def test_the_home_is_found(text: str, side: str | None, room: str | None) -> None:
    found = find_neighbour(text)
    assert found is not None
    assert (found.side, found.room) == (side, room)


@pytest.mark.parametrize(
    "text", ["楼道没人打扫", "物业费涨到302元", "三号楼门口停满了车", "等了120分钟", "2026年还没修"]
)
def test_what_is_no_home_is_left_alone(text: str) -> None:
    assert find_neighbour(text) is None
