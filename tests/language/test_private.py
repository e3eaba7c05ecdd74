"""What is kept for training names nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.private import without_private


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我是3栋2单元1201的，厨房漏水", "我是某栋某户的，厨房漏水"),
        ("王师傅电话13812345678打不通", "某人电话某个电话打不通"),
        ("京A12345堵在我车前面", "某车牌堵在我车前面"),
        ("多收了我一千二百三十元", "多收了我若干元"),
        ("BX2026-0001怎么还没人来", "某单号怎么还没人来"),
        ("我叫王秀英，住七号楼，电梯坏了", "我叫某人，住某栋某户，电梯坏了"),
        ("身份证11010119900307123X能办卡吗", "身份证某证件能办卡吗"),
        ("发票开到wang.x@example.com", "发票开到某邮箱"),
        ("电梯又坏了，第三次了", "电梯又坏了，第三次了"),
    ],
)
def test_personal_data_is_named_by_its_kind(text: str, kept: str) -> None:
    assert without_private(text) == kept


def test_names_the_desk_knows_go_too() -> None:
    assert without_private("翠湖庭的欧阳静找你们", names=["翠湖庭", "欧阳静"]) == "某人的某人找你们"


@given(st.text(alphabet="我是王师傅3栋2单元1201电话13812345678，京A12345 一百元@a.cn", max_size=60))
def test_no_long_number_is_left(text: str) -> None:
    assert not re.search(r"(?<![\d.])\d{5,}(?![\d.])", without_private(text))
