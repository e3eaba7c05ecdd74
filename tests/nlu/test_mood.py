"""Mood and manner on lists written for them alone: sarcasm, threats, despair; calm words in trouble."""

from typing import Any

import pytest
import yaml
from sklearn.metrics import f1_score

from bot.understanding.mood import sentences as mood_sentences
from bot.understanding.server.parse_file import ModelReader
from tests.nlu.sentences import HELD_OUT, likeness, pairs_of_letters

LIST: dict[str, Any] = yaml.safe_load(HELD_OUT.with_name("mood.yml").read_text(encoding="utf-8"))
Said = list[tuple[str, int, int, str]]


@pytest.fixture(scope="module")
def said(reader: ModelReader) -> Said:
    """Text, level meant, level read, why it is in the list."""
    rows = [(text, block["level"], block["why"]) for block in LIST["mood"] for text in block["sentences"]]
    parses = reader.parses([text for text, _, _ in rows])
    return [
        (text, level, int(parse["upset"]), why)
        for (text, level, why), parse in zip(rows, parses, strict=True)
    ]


def test_the_level_is_read(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    right = sum(meant == read for _, meant, read, _ in said) / len(said)
    score = f1_score([meant for _, meant, *_ in said], [read for _, _, read, _ in said], average="macro")
    with capsys.disabled():
        print(f"\nmood: right {right:.3f} of {len(said)}, macro F1 {score:.3f}")
        for text, meant, read, why in said:
            if meant != read:
                print(f"  {meant} read as {read}  {why}: {text}")
    assert right >= 0.75


def test_hardly_a_calm_writer_is_taken_for_angry(said: Said) -> None:
    calm = [(text, read) for text, meant, read, _ in said if meant == 0]
    angry = [text for text, read in calm if read == 2]
    # Four are, at 2026-11-25: loud praise, a cry of haste, "没有怪你们的意思". To be brought to none again.
    assert len(angry) <= 0.06 * len(calm), angry


def test_few_angry_ones_are_taken_for_calm(said: Said) -> None:
    angry = [(text, read) for text, meant, read, _ in said if meant == 2]
    assert sum(read == 0 for _, read in angry) <= 0.15 * len(angry), angry


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("门禁又刷不开了，烦死了", 1),
        ("你们服务真好，三天了连个人影都没有", 1),
        ("他妈的又停水，有完没完", 1),
        ("再不修我就打12345", 1),
    ],
)
def test_she_is_heard_as_upset(reader: ModelReader, text: str, least: int) -> None:
    assert reader.parses([text])[0]["upset"] >= least


def test_the_manner_is_read(reader: ModelReader, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(text, block["manner"]) for block in LIST["manner"] for text in block["sentences"]]
    read = [parse["manner"] for parse in reader.parses([text for text, _ in rows])]
    right = [meant == found for (_, meant), found in zip(rows, read, strict=True)]
    with capsys.disabled():
        print(f"\nmanner: right {sum(right)} of {len(rows)}")
    assert sum(right) >= 0.65 * len(rows)
    none = [found for (_, meant), found in zip(rows, read, strict=True) if meant is None]
    assert sum(found not in (None, "angry") for found in none) <= 1


def test_nothing_of_the_list_is_learnt() -> None:
    own = mood_sentences.read()
    learnt = [pairs_of_letters(text) for text, _ in (*own.levels, *own.manners)]
    for block in (*LIST["mood"], *LIST["manner"]):
        for text in block["sentences"]:
            assert max(likeness(pairs_of_letters(text), other) for other in learnt) < 0.6, text
