"""Whatever is typed gets an answer."""

import pytest

from bot.understanding.parse_file import ModelReader, lines_of, parse_lines

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
    from io import BytesIO

    stream = BytesIO("电梯坏了\r\n\n\x00\n".encode() + b"\xed\xa0\x80\xff abc\n" + "没有换行".encode())
    lines = list(lines_of(stream))
    assert lines == ["电梯坏了", "", "\x00", "\ufffd\ufffd\ufffd\ufffd abc", "没有换行"]
    assert len(list(parse_lines(reader, lines))) == 5
