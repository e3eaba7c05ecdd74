"""The words of each matter: whether a span stands where its matter is told (matters.yml, `parts`)."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.understanding.intents.borders import Border
from bot.understanding.intents.matters import parts_of
from bot.understanding.server.parse_file import ModelReader
from tests.nlu.sentences import ROOT, likeness, pairs_of_letters, several_matters, training

OVERLAP = 0.5
"""Share of the characters of span and part together that both hold."""


def marked() -> list[dict[str, Any]]:
    """Messages whose matters have their words marked."""
    return [message for message in several_matters() if "parts" in message]


def test_parts_are_words_of_their_message_in_its_order() -> None:
    assert len(marked()) >= 25
    for message in marked():
        places = [message["text"].index(part) for part in message["parts"]]
        assert places == sorted(places)
        assert len(places) == len(message["matters"])


def test_spans_stand_where_the_matters_are_told(
    reader: ModelReader, capsys: pytest.CaptureFixture[str]
) -> None:
    hits: list[bool] = []
    for message, parse in zip(
        marked(), reader.parses([message["text"] for message in marked()]), strict=True
    ):
        found = {label(matter): matter["span"] for matter in parse["matters"]}
        for name, place in told(message):
            hits.append(name in found and overlap(found[name], place) >= OVERLAP)
    share = sum(hits) / len(hits)
    with capsys.disabled():
        print(f"\nmatters found with their words: {sum(hits)} of {len(hits)} ({share:.2f})")
    assert share >= 0.6


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("你们物业是死人吗！地下车库的灯黑了一个多星期，我妈昨天差点摔了", "lighting"),
        ("你们还管不管了！门禁坏了半个月", "door"),
        ("物业费白交了？车库灯一个星期不亮", "lighting"),
    ],
)
def test_an_outburst_before_the_matter_is_no_matter_of_its_own(
    reader: ModelReader, text: str, category: str
) -> None:
    (parse,) = reader.parses([text])
    assert [(one["category"], one["span"]) for one in parse["matters"]] == [(category, [0, len(text)])]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("表扬保安小杜。顺便说一声，三号岗的监控坏了", ["表扬保安小杜", "三号岗的监控坏了"]),
        ("一、门锁坏了关不上；二、楼道里堆满电瓶车", ["门锁坏了关不上", "楼道里堆满电瓶车"]),
        ("水压太小；同时反映账目不公开", ["水压太小", "同时反映账目不公开"]),
        ("电梯坏了还有一件事灯不亮", ["电梯坏了", "还有一件事灯不亮"]),
        ("浴霸 一闪一闪 眼都花了，楼上天天吵", ["浴霸 一闪一闪", "眼都花了", "楼上天天吵"]),
    ],
)
def test_what_only_connects_is_no_part(text: str, parts: list[str]) -> None:
    assert [part.piece.text for part in parts_of(text)] == parts


def test_a_connector_and_a_word_like_also_or_but_speak_for_a_further_matter() -> None:
    def chance(text: str, parted_by: str) -> float:
        return Border(text, parted_by, sure=0.9, parts=2, letter=False, behind=True).chance()

    assert chance("垃圾也没人清理", "comma") > chance("垃圾没有人清理", "comma")
    assert chance("不过垃圾没人清理", "comma") > chance("现在垃圾没人清理", "comma")
    assert chance("垃圾没有人清理", "connector") > chance("垃圾没有人清理", "sentence")
    assert chance("垃圾没有人清理", "sentence") > chance("垃圾没有人清理", "comma")


def test_what_is_learnt_of_borders_is_labelled_and_not_of_the_test() -> None:
    known = {sentence.label for sentence in training()}
    tested = [pairs_of_letters(message["text"]) for message in several_matters()]
    assert len(lessons()) >= 90
    for labels, text in lessons():
        assert set(labels.split(",")) <= known, text
        assert text.count("|") == labels.count(","), text
        assert max(likeness(pairs_of_letters(text), other) for other in tested) < 0.4, text


def lessons() -> list[tuple[str, str]]:
    """Labels and text of the messages that the borders are learnt from."""
    lines = (ROOT / "nlu_data" / "matters" / "borders.txt").read_text(encoding="utf-8").splitlines()
    split = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    return [(labels, text) for labels, _, text in split]


def told(message: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Label and place of each marked matter."""
    for name, part in zip(message["matters"], message["parts"], strict=True):
        start = message["text"].index(part)
        yield name, (start, start + len(part))


def overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Intersection over union of two spans, 0 to 1."""
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (max(one[1], other[1]) - min(one[0], other[0]))


def label(matter: dict[str, Any]) -> str:
    """The label of one matter of a parse."""
    return f"{matter['intent']}/{matter['category']}" if matter["category"] else str(matter["intent"])
