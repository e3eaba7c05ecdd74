"""Grave matters are heard as such; an ordinary fault is none, however it is put (R16)."""

from __future__ import annotations

import pytest

from bot.language.serious import is_serious


@pytest.mark.parametrize(
    "text",
    [
        "我妈在楼道滑倒摔伤了，现在在医院",
        "昨晚家里被盗了，金项链没了",
        "电动車被人偷了",
        "孩子被楼上掉下来的花盆砸到头，缝了五针",
        "楼下王大爷走了的那天，电梯停着没人管，没抢救过来",
        "回家路上被人尾随，吓坏了",
        "老人走失两个小时了",
        "车库昨天起火，我的车烧没了",
        "我爸触电住院了",
        "最近家里办丧事，请帮忙安排一下车位",
    ],
)
def test_grave(text: str) -> None:
    assert is_serious(text)


@pytest.mark.parametrize(
    "text",
    [
        "水管爆了，快来人",
        "电梯又坏了，气死我了",
        "热死了，空调不制冷",
        "电脑死机了跟你们有关系吗",
        "门锁坏了打不开",
        "物业费涨价等于抢钱",
        "我家灯被物业师傅装反了",
        "你好",
        "",
    ],
)
def test_not_grave(text: str) -> None:
    assert not is_serious(text)
