"""What the desk is told of a text without any conversation."""

import sqlite3

import pytest

from tests.understanding.rasa_server import RasaServer


def test_a_parse_leaves_no_tracker(rasa: RasaServer) -> None:
    with sqlite3.connect(rasa.tracker_db) as database:
        before = database.execute("SELECT count(*) FROM turns").fetchone()
        assert [parse["intent"] for parse in rasa.parse("谢谢你", "电梯坏了")] == ["thanks", "repair"]
        assert database.execute("SELECT count(*) FROM turns").fetchone() == before


def test_places_count_in_the_text_as_it_was_typed(rasa: RasaServer) -> None:
    text = "  我家门口的电梯坏了"
    (entity,) = rasa.parse(text)[0]["entities"]
    assert entity["entity"] == "part"
    assert text[entity["start"] : entity["end"]] == entity["value"] == "电梯"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_written_is_out_of_scope(rasa: RasaServer, text: str) -> None:
    (parse,) = rasa.parse(text)
    assert parse == {
        "text": text,
        "intent": "out_of_scope",
        "confidence": 0.0,
        "matters": [],
        "entities": [],
        "upset": 0,
        "emergency": None,
        "emergency_certain": False,
        "manner": None,
        "handbook": [],
    }


@pytest.mark.parametrize(
    "text",
    ["😡😡😡", "\x00电梯坏了\x00", "坏" * 20_000, "👨‍👩‍👧", "？！……"],
    ids=["emoji", "nul", "very long", "joined emoji", "signs only"],
)
def test_odd_texts_are_parsed_and_come_back_as_they_were(rasa: RasaServer, text: str) -> None:
    (parse,) = rasa.parse(text)
    assert parse["text"] == text
    assert 0.0 <= parse["confidence"] <= 1.0


def test_half_a_character_is_replaced_and_the_rest_kept(rasa: RasaServer) -> None:
    answer = rasa.call("/parse", b'{"texts": ["a\\ud83d\\u7535\\u68af"]}')
    assert answer.body["parses"][0]["text"] == "a\ufffd电梯"


@pytest.mark.parametrize("texts", [None, "电梯坏了", [1], ["x"] * 1001])
def test_texts_are_a_list_of_texts(rasa: RasaServer, texts: object) -> None:
    answer = rasa.post("/parse", {"texts": texts})
    assert answer.status == 400
    assert "texts" in answer.body["error"]
