"""The words of each matter: whether a span stands where its matter is told (matters.yml, `parts`)."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.understanding.parse_file import ModelReader
from tests.nlu.sentences import several_matters

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
