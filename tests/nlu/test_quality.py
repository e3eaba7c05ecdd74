"""How well the trained model reads sentences it has never seen.

Thresholds are what it must not fall below; the measured scores stand in docs/understanding.md.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from bot.understanding.server.parse_file import ModelReader
from tests.nlu.sentences import held_out, held_out_long, several_matters

Parses = list[dict[str, Any]]


@pytest.fixture(scope="session")
def parses(reader: ModelReader) -> Parses:
    """The parses of the held-out split."""
    return reader.parses([sentence.text for sentence in held_out()])


@pytest.fixture(scope="session")
def parses_of_letters(reader: ModelReader) -> Parses:
    """The parses of the held-out letters."""
    return reader.parses([sentence.text for sentence in held_out_long()])


def test_intents_of_chat_and_subject_lines(parses: Parses, capsys: pytest.CaptureFixture[str]) -> None:
    truth = [sentence.intent for sentence in held_out()]
    said = [parse["intent"] for parse in parses]
    score = f1_score(truth, said, average="macro")
    low, high = interval(truth, said)
    with capsys.disabled():
        print(
            f"\nintents: macro F1 {score:.3f} (95 %: {low:.3f} to {high:.3f}), right {right(truth, said):.3f}"
        )
        for sentence, parse in zip(held_out(), parses, strict=True):
            if sentence.intent != parse["intent"]:
                read = f"{label_of(parse)} {parse['confidence']:.2f}"
                print(f"  {sentence.label:24} read as {read:30} {sentence.text}")
    assert score >= 0.93


def test_categories(parses: Parses, capsys: pytest.CaptureFixture[str]) -> None:
    truth = [sentence.label for sentence in held_out()]
    said = [label_of(parse) for parse in parses]
    score = f1_score(truth, said, average="macro", labels=sorted(set(truth)))
    with capsys.disabled():
        print(f"\ncategories ({len(set(truth))}): macro F1 {score:.3f}, right {right(truth, said):.3f}")
    assert score >= 0.90


def test_whole_letters_are_read(parses_of_letters: Parses, capsys: pytest.CaptureFixture[str]) -> None:
    truth = [sentence.intent for sentence in held_out_long()]
    said = [parse["intent"] for parse in parses_of_letters]
    with capsys.disabled():
        print(f"\nletters: right {right(truth, said):.3f} of {len(truth)}")
    assert right(truth, said) >= 0.85


def test_confidence_means_what_it_says(parses: Parses, capsys: pytest.CaptureFixture[str]) -> None:
    sure = np.array([parse["confidence"] for parse in parses])
    true = np.array([s.intent == p["intent"] for s, p in zip(held_out(), parses, strict=True)])
    error = 0.0
    for low in np.arange(0.0, 1.0, 0.1):
        within = (sure > low) & (sure <= low + 0.1)
        if within.any():
            error += abs(true[within].mean() - sure[within].mean()) * within.mean()
    with capsys.disabled():
        print(f"\ncalibration error {error:.3f}, mean confidence {sure.mean():.3f}, right {true.mean():.3f}")
    assert error <= 0.06


def test_mood_is_read_apart_from_the_matter(parses: Parses, capsys: pytest.CaptureFixture[str]) -> None:
    truth = [sentence.upset for sentence in held_out()]
    said = [parse["upset"] for parse in parses]
    score = f1_score(truth, said, average="macro")
    with capsys.disabled():
        print(f"\nupset: macro F1 {score:.3f}, right {right(truth, said):.3f}")
    # 250 of them grumble or are angry. It hears half of those who grumble: most training sentences were
    # labelled for their matter only, and stand there as calm. 0.906 at 2026-11-25, to be brought to 0.93.
    # tests/nlu/mood.yml is the list that was written for mood (test_mood.py).
    assert right(truth, said) >= 0.90
    taken_for_angry = [one for one, t, s in zip(held_out(), truth, said, strict=True) if (t, s) == (0, 2)]
    assert len(taken_for_angry) <= 0.01 * len(truth), taken_for_angry


def test_one_matter_stays_one(parses: Parses) -> None:
    split = [parse["text"] for parse in parses if len(parse["matters"]) > 1]
    # Some of them do hold a second matter in passing ("月卡续费点不了，另外为啥涨了五十").
    assert len(split) <= 0.03 * len(parses), split


def test_several_matters_are_told_apart(reader: ModelReader) -> None:
    messages = several_matters()
    found = reader.parses([message["text"] for message in messages])
    whole = [
        labels_of(parse) == set(message["matters"]) for message, parse in zip(messages, found, strict=True)
    ]
    assert sum(whole) >= 0.72 * len(messages)
    for parse in found:
        spans = [matter["span"] for matter in parse["matters"]]
        assert spans == sorted(spans)
        assert all(0 <= start < end <= len(parse["text"]) for start, end in spans)
        assert parse["intent"] in {matter["intent"] for matter in parse["matters"]}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我要投诉，你们这是乱收费！", "fee/unfair"),
        ("我要投诉停水不通知", "repair/water"),
        ("强烈投诉没有暖气，冻死人了", "repair/heating_gas"),
        ("建议把坏掉的电梯修一下", "repair/lift"),
        ("停電了，請問幾時恢復", "repair/power"),
    ],
)
def test_the_topic_beats_the_framing(reader: ModelReader, text: str, label: str) -> None:
    assert label_of(reader.parses([text])[0]) == label


def test_the_story_of_the_product_is_read(reader: ModelReader) -> None:
    (parse,) = reader.parses(["电梯又坏了，第三次了，你们到底管不管！"])
    assert (label_of(parse), len(parse["matters"]), parse["upset"]) == ("repair/lift", 1, 2)
    assert parse["confidence"] > 0.8


def test_home_and_phone_beside_a_matter_do_not_hide_it(reader: ModelReader) -> None:
    text = "3栋2单元1201水管漏水，昨晚开始，138 1234 5678，顺便问下物业费怎么交"
    (parse,) = reader.parses([text])
    assert [(m["intent"], text[slice(*m["span"])]) for m in parse["matters"]] == [
        ("repair", "3栋2单元1201水管漏水，昨晚开始，138 1234 5678"),
        ("fee", "顺便问下物业费怎么交"),
    ]
    assert {entity["entity"] for entity in parse["entities"]} >= {"home", "phone", "time", "fault"}


@pytest.mark.parametrize("text", ["3栋2单元1201", "13812345678", "昨天晚上", "3-2-1201，电话13812345678"])
def test_an_answer_to_a_question_is_no_confident_intent(reader: ModelReader, text: str) -> None:
    (parse,) = reader.parses([text])
    assert parse["confidence"] < 0.35
    assert parse["entities"]


def right(truth: Sequence[Any], said: Sequence[Any]) -> float:
    """Share of right answers."""
    return float(np.mean([t == s for t, s in zip(truth, said, strict=True)]))


def interval(truth: Sequence[str], said: Sequence[str]) -> tuple[float, float]:
    """The 95 % interval of the macro F1 that a sample of this size allows (bootstrap)."""
    draws = np.random.default_rng(7).integers(0, len(truth), (400, len(truth)))
    labels = sorted(set(truth))
    t, s = np.array(truth), np.array(said)
    scores = [f1_score(t[d], s[d], average="macro", labels=labels, zero_division=1) for d in draws]
    return float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))


def label_of(parse: dict[str, Any]) -> str:
    """The label of the matter that leads the parse."""
    leading = next((m for m in parse["matters"] if m["intent"] == parse["intent"]), None)
    if leading is None or leading["category"] is None:
        return str(parse["intent"])
    return f"{leading['intent']}/{leading['category']}"


def labels_of(parse: dict[str, Any]) -> set[str]:
    """The labels of all matters."""
    return {f"{m['intent']}/{m['category']}" if m["category"] else m["intent"] for m in parse["matters"]}
