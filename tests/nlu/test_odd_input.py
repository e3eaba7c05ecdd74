"""Whatever is typed gets an answer."""

from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.understanding.server.parse_file import ModelReader, lines_of, parse_lines

ODD = {
    "empty": "",
    "spaces": "   ",
    "NUL": "\x00\x00",
    "emoji": "😡😡🔥",
    "signs": "？！……",
    "right to left": "\u202e坏了梯电\u202c",
    "replacement characters": "\ufffd\ufffd水",
    "slash": "/affirm",
    "very long": "厨房漏水，" * 4000,
    "one letter 20,000 times": "坏" * 20_000,
    "no Chinese": "lorem ipsum " * 50,
    "arabic": "مرحبا",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_each_gets_a_parse(reader: ModelReader, text: str) -> None:
    (parse,) = reader.parses([text])
    assert parse["text"] == text
    assert 0.0 <= parse["confidence"] <= 1.0
    assert parse["upset"] in (0, 1, 2)
    for entity in parse["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(text)


def test_lines_come_back_one_for_one(reader: ModelReader, tmp_path: object) -> None:
    stream = BytesIO("电梯坏了\r\n\n\x00\n".encode() + b"\xed\xa0\x80\xff abc\n" + "没有换行".encode())
    lines = list(lines_of(stream))
    assert lines == ["电梯坏了", "", "\x00", "\ufffd\ufffd\ufffd\ufffd abc", "没有换行"]
    assert len(list(parse_lines(reader, lines))) == 5


WORDS = st.sampled_from(
    [
        "电梯坏了",
        "，",
        "。",
        "另外",
        "3栋2单元1201",
        "13812345678",
        "昨晚十点",
        "连续三个周六",
        "停車費",
        "二、",
        "还有个事",
    ]
)
SIGNS = st.sampled_from(
    [
        "\x00",
        "\u202e",
        "\u200d",
        "\ufeff",
        "\ud800",
        "\udfff",
        "😡",
        "👨‍👩‍👧",
        "Ａ１",
        "\u3000",
        "\t",
        "\x85",
        "\u2028",
        "/",
        "㍻",
    ]
)
TEXTS = st.lists(WORDS | SIGNS | st.text(max_size=8), max_size=12).map("".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_whatever_is_typed_gets_a_whole_parse(reader: ModelReader, text: str) -> None:
    (parse,) = reader.parses([text])
    assert parse["text"] == text
    assert parse["intent"]
    assert 0.0 <= parse["confidence"] <= 1.0
    spans = [tuple(matter["span"]) for matter in parse["matters"]]
    assert spans == sorted(spans)
    places = [(entity["start"], entity["end"]) for entity in parse["entities"]]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in (*spans, *places)), parse
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@given(st.binary(max_size=200))
def test_every_line_of_any_bytes_is_a_text_that_can_be_written(content: bytes) -> None:
    lines = list(lines_of(BytesIO(content)))
    assert len(lines) == content.count(b"\n") + (content != b"" and not content.endswith(b"\n"))
    for line in lines:
        line.encode("utf-8")
