"""What is named in a message, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.entities import find_entities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "3栋2单元1201厨房水管漏水",
            {"home": "3-2-1201", "place": "厨房", "facility": "水管", "fault": "漏水"},
        ),
        ("三號樓二單元一二〇一停電", {"home": "3-2-1201", "fault": "停電"}),
        ("王师傅电话13812345678", {"person": "王师傅", "phone": "13812345678"}),
        ("找小李", {"person": "小李"}),
        ("京A12345堵在地下车库", {"plate": "京A12345", "place": "地下车库"}),
        ("TS2023-0568怎么样", {"case_number": "TS2023-0568"}),
        ("物业费一千二百三十块五", {"money": "1230.5"}),
        ("收了我300元", {"money": "300"}),
        ("电梯从昨晚开始异响", {"facility": "电梯", "time": "从昨晚开始", "fault": "异响"}),
        ("押金3,000元没退", {"money": "3000"}),
        ("多收了￥50", {"money": "50"}),
        ("每吨涨了五毛钱", {"money": "0.5"}),
        ("冀A-12345堵在棋牌室门口", {"plate": "冀A12345", "place": "棋牌室"}),
        ("打(010)12345678没人接", {"phone": "01012345678"}),
        ("400-820-8820没人接", {"phone": "4008208820"}),
        ("三动二单园一二零一停电", {"home": "3-2-1201", "fault": "停电"}),
        ("后天下午再来", {"time": "后天下午"}),
        ("楼上漏水", {"place": "楼上", "fault": "漏水"}),
        ("路灯不亮了", {"facility": "路灯", "fault": "不亮了"}),
    ],
)
def test_things_are_named(text: str, expected: dict[str, str]) -> None:
    found = {entity["entity"]: entity["value"] for entity in find_entities(text)}
    assert found == expected


@pytest.mark.parametrize("text", ["高兴", "白天", "老是这样", "工程部", "文明养犬", "小区"])
def test_common_words_are_no_people(text: str) -> None:
    assert not [one for one in find_entities(text) if one["entity"] == "person"]


@given(st.text(alphabet="3栋2单元1201电梯坏了一百元昨晚王师傅 -,。", max_size=40))
def test_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for entity in find_entities(text):
        assert end <= entity["start"] < entity["end"] <= len(text)
        end = entity["end"]
