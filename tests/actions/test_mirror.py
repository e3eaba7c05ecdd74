"""Her words read back (R8): what she wrote, turned round, without what only presses, vents or insults."""

import pytest

from actions.mirror import LONGEST, mirror, wish_in
from tests.support.estates import sample_words

WORDS = sample_words()


@pytest.mark.parametrize(
    ("said", "read_back"),
    [
        ("3301在装修，连续第三个周六了", "3301室在装修，已经连续第三个周六"),
        ("楼上1301每天晚上十点以后还在装修，我们休息不好", "楼上1301室每天晚上十点以后还在装修，您休息不好"),
        ("你好，我想反映一下楼上噪音扰民的问题", "楼上噪音扰民的问题"),
        ("能不能管管广场舞，音响声音太大了", "广场舞，音响声音太大了"),
        ("烦死了！楼上天天半夜蹦迪，能不能去管管", "楼上天天半夜蹦迪"),
        ("投诉物业客服挂我电话", "物业客服挂您电话"),
        ("你们保安小张对我妈大呼小叫，我要求他道歉", "我们保安小张对您妈大呼小叫"),
        ("我们小区门口乱停车，我们这栋楼没人打扫", "小区门口乱停车，您所在的这栋楼没人打扫"),
        ("楼道没人打扫，都一个星期了", "楼道没人打扫，已经一个星期"),
        ("匿名投诉，楼下烧烤摊油烟熏得我家没法开窗，别告诉他是我说的", "楼下烧烤摊油烟熏得您家没法开窗"),
        ("楼上那家畜生天天半夜跺脚，再不解决出了事别怪我", "楼上天天半夜跺脚"),
        ("我要投诉", ""),
        ("吵死了", ""),
    ],
)
def test_her_words_are_read_back_from_our_side(said: str, read_back: str) -> None:
    assert mirror(said, WORDS) == read_back


def test_nothing_is_read_back_that_she_did_not_say() -> None:
    said = "对门每天早上五点在过道里劈柴，木屑飞得到处都是"
    assert mirror(said, WORDS) == said


def test_a_letter_is_read_back_by_its_facts() -> None:
    letter = (
        "我家楼上自九月开始装修，三个月了还没完，每天从早上七点半敲到晚上六点，中午从来不停，周末也不休息，"
        "跟物业说了很多次，物业每次都说会提醒，但是第二天还是一样，我家有一个半岁的宝宝，根本没法睡觉"
    )
    read_back = mirror(letter, WORDS)
    assert len(read_back) <= LONGEST + 10
    assert "每天从早上七点半敲到晚上六点" in read_back


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("我的车被花盆砸了，要求赔偿", "要求赔偿"),
        ("楼上天天敲墙，能不能协调午休时间", "能不能协调午休时间"),
        ("保安骂人，必须向我道歉", "必须向我道歉"),
        ("希望加强巡逻", "希望加强巡逻"),
        ("楼上漏水把吊顶泡了", None),
    ],
)
def test_what_she_expects_is_told_apart(said: str, wish: str | None) -> None:
    assert wish_in(said) == wish
