"""The search of the handbook: by meaning and words, and a changed file counts at the next message."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding.encoder import encoder
from bot.understanding.handbook.finder import Handbook
from bot.understanding.handbook.index import HandbookIndex, grams
from bot.understanding.sentence_vectors import SentenceVectors, read_vector

ENTRIES: list[dict[str, Any]] = [
    {
        "key": "bikes",
        "title": "自行车停放",
        "answer": "自行车停在车棚。",
        "asks": ["自行车放在哪", "单车停哪里", "非机动车停放点"],
    },
    {
        "key": "pool",
        "title": "游泳池",
        "answer": "每年夏天开放。",
        "asks": ["泳池几点开", "游泳多少钱一次", "游泳池什么时候开放"],
    },
    {
        "key": "pets",
        "title": "养犬规定",
        "answer": "请办犬证。",
        "asks": ["养狗要办证吗", "小区可以养狗吗", "大型犬能养吗"],
    },
]


def write(path: Path, entries: list[dict[str, Any]]) -> None:
    """As the desk does: whole, under another name first."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps({"entries": entries}), encoding="utf-8")
    os.replace(half, path)


def asked(component: Handbook, text: str, **more: Any) -> Message:
    return component.process(SentenceVectors().process([Message({TEXT: text, **more})]))[0]


@pytest.fixture(scope="module")
def index() -> HandbookIndex:
    model = encoder()
    assert model is not None
    return HandbookIndex(ENTRIES, model)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("單車可以停在哪裡", "bikes"),
        ("想下水游两圈，啥时候营业", "pool"),
        ("我想养一只哈士奇行不行", "pets"),
    ],
)
def test_the_entry_that_means_it_comes_first(index: HandbookIndex, text: str, key: str) -> None:
    model = encoder()
    assert model is not None
    found = index.find(text, read_vector(model, text))
    assert found[0].key == key
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.score <= 1 for one in found)


def test_what_it_was_told_is_surer_than_what_is_far(index: HandbookIndex) -> None:
    model = encoder()
    assert model is not None
    told, far = "自行车放在哪", "明天的股市会涨吗"
    assert index.find(told, read_vector(model, told))[0].score > 0.9
    assert index.find(far, read_vector(model, far))[0].score < 0.3


def test_the_very_words_of_an_entry_find_it_beside_questions_for_elsewhere() -> None:
    model = encoder()
    assert model is not None
    index = HandbookIndex(ENTRIES, model, ["单车停久了会生锈吗", "单车停哪里不会丢", "单车哪里买"])
    found = index.find("单车停哪里？", read_vector(model, "单车停哪里？"))
    assert (found[0].key, found[0].score >= 0.95) == ("bikes", True)


def test_pairs_of_characters_do_not_see_signs_and_old_forms() -> None:
    assert grams("車棚！") == grams("车 棚") == {"车", "棚", "车棚"}


def test_an_edited_file_counts_at_the_next_message(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    component = Handbook(path)
    assert asked(component, "泳池几点开").get("handbook") == []
    write(path, ENTRIES[:1])
    assert asked(component, "泳池几点开").get("handbook")[0]["key"] == "bikes"
    write(path, ENTRIES)
    assert asked(component, "泳池几点开").get("handbook")[0]["key"] == "pool"


def test_a_broken_file_leaves_the_one_before_in_place(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    write(path, ENTRIES)
    component = Handbook(path)
    asked(component, "泳池几点开")
    path.write_text('{"entries": 3}', encoding="utf-8")
    assert asked(component, "泳池几点开").get("handbook")[0]["key"] == "pool"


def test_without_a_file_nothing_is_found(tmp_path: Path) -> None:
    assert asked(Handbook(None), "泳池几点开").get("handbook") == []
    assert asked(Handbook(tmp_path / "none.json"), "泳池几点开").get("handbook") == []


def test_a_question_beside_another_matter_is_looked_up_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    write(path, ENTRIES)
    text = "电梯坏了，泳池几点开"
    matters = [{"intent": "repair", "span": [0, 4]}, {"intent": "inquiry", "span": [5, 10]}]
    found = asked(Handbook(path), text, matters=matters).get("matters")
    assert "handbook" not in found[0]
    assert found[1]["handbook"][0]["key"] == "pool"


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "upset", "read"),
    [
        ("想问自行车放在哪", "complaint", 0.7, 0, "inquiry"),
        ("想问自行车放在哪", "complaint", 0.95, 0, "inquiry"),
        ("想问自行车放在哪", "fee", 0.95, 0, "fee"),
        ("想问自行车放在哪", "complaint", 0.7, 2, "complaint"),
        ("想问自行车放在哪", "status", 0.7, 0, "status"),
        ("自行车停放点", "complaint", 0.7, 0, "inquiry"),
        ("自行车停放点", "complaint", 0.8, 0, "complaint"),
        ("我要买一张明天去上海的票", "complaint", 0.7, 0, "complaint"),
    ],
    ids=["doubtful", "very sure", "a fee", "angry", "another kind", "a heading", "no question", "not in it"],
)
def test_a_question_that_was_taken_for_a_report_is_a_question(
    tmp_path: Path, text: str, intent: str, confidence: float, upset: int, read: str
) -> None:
    path = tmp_path / "index.json"
    write(path, [{**one, "topic": "parking"} for one in ENTRIES])
    first = {"name": intent, "confidence": confidence}
    matters = [{"intent": intent, "category": "parking", "span": [0, len(text)], "confidence": confidence}]
    message = asked(Handbook(path), text, intent=first, matters=matters, upset=upset)
    assert message.get("intent")["name"] == message.get("matters")[0]["intent"] == read
    assert message.get("read_as") == (intent if read == "inquiry" else None)
