"""One form for what residents type; every character keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import clean, normalise


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("電梯壞了，請派人來", "电梯坏了,请派人来"),
        ("３棟２單元１２０１", "3栋2单元1201"),
        ("ＷｉＦｉ連不上！", "wifi连不上!"),
        ("水\u200b管\u202e漏\u3000水", "水 管 漏 水"),
        ("走廊冇晒燈", "走廊冇晒灯"),
    ],
)
def test_old_and_new_full_and_half_read_the_same(typed: str, read: str) -> None:
    assert normalise(typed) == read


@given(st.text())
def test_each_character_keeps_its_place_and_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once


def test_broken_surrogates_and_nul_are_replaced() -> None:
    assert normalise("\ud83d水\x00管") == "\ufffd水 管"
    assert clean("\ud83d水\x00管\n") == "\ufffd水\ufffd管\n"
    clean("\ud83d").encode("utf-8")
