"""Two models on the same sentences: which is better, and whether the difference means anything."""

from pathlib import Path

from bot.understanding.score import compared, read_split, said_of
from tests.nlu.sentences import HELD_OUT, held_out


def labels(intents: list[str]) -> list[dict[str, str]]:
    return [{"intents": one, "categories": f"{one}/a", "upset": "0"} for one in intents]


TRUTH = ["repair", "fee"] * 100


def test_a_model_that_reads_many_more_wrongly_is_clearly_worse() -> None:
    found = compared(labels(TRUTH), labels(["repair"] * 60 + TRUTH[60:]), labels(TRUTH))
    assert found["before"]["intents"] == 1.0
    assert found["now"]["intents"] < 0.9
    assert found["worse"] == ["intents", "categories"]


def test_one_sentence_more_or_less_means_nothing() -> None:
    found = compared(labels(TRUTH), labels(["fee", *TRUTH[1:]]), labels(TRUTH))
    assert found["worse"] == []


def test_without_another_model_there_is_nothing_to_be_worse_than() -> None:
    found = compared(labels(TRUTH), labels(TRUTH), None)
    assert (found["before"], found["worse"], found["sentences"]) == (None, [], 200)


def test_the_split_is_read_as_the_tests_read_it() -> None:
    assert [text for text, _ in read_split(HELD_OUT)] == [sentence.text for sentence in held_out()]
    assert [truth["categories"] for _, truth in read_split(Path(HELD_OUT))] == [
        sentence.label for sentence in held_out()
    ]


def test_what_a_parse_says() -> None:
    matters = [{"intent": "fee", "category": "receipt"}, {"intent": "repair", "category": "lift"}]
    said = said_of({"intent": "repair", "matters": matters, "upset": 1})
    assert said == {"intents": "repair", "categories": "repair/lift", "upset": "1"}
