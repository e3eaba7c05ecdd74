"""The sentences themselves: no duplicates, no label conflicts, nothing of the held-out split in training."""

from collections import Counter, defaultdict

import pytest

from tests.nlu.sentences import (
    Sentence,
    counts,
    held_out,
    held_out_long,
    likeness,
    pairs_of_letters,
    several_matters,
    training,
)

FIRST_LEVEL = {
    "repair", "complaint", "fee", "inquiry", "suggestion", "praise", "status", "urge", "cancel", "human",
    "greet", "thanks", "goodbye", "affirm", "deny", "chitchat", "out_of_scope",
}  # fmt: skip
WITH_CATEGORIES = {"repair", "complaint", "fee", "inquiry"}
REPAIR = {
    "lift", "water", "power", "door", "heating_gas", "lighting", "leak", "drain", "network", "appliance",
    "outdoor", "fire_equipment", "other",
}  # fmt: skip
FEWEST_OF_AN_INTENT = 60
FEWEST_OF_A_CATEGORY = 35
NEAR = 0.6
"""Likeness from which a held-out sentence is a near-copy of a training sentence."""
NEARER = 0.8
"""Likeness from which two training sentences of one label are the same sentence twice."""


def test_counts_are_printed_and_enough(capsys: pytest.CaptureFixture[str]) -> None:
    by_label = counts(training())
    by_intent = Counter(sentence.intent for sentence in training())
    with capsys.disabled():
        print(f"\n{len(training())} to train, {len(held_out())} and {len(held_out_long())} letters held out")
        for label, number in sorted(by_label.items()):
            print(f"  {label:28} {number:4}")
    assert set(by_intent) == FIRST_LEVEL
    assert {label: n for label, n in by_intent.items() if n < FEWEST_OF_AN_INTENT} == {}
    assert {label: n for label, n in by_label.items() if n < FEWEST_OF_A_CATEGORY} == {}
    assert len(held_out()) >= 400


def test_labels_are_the_known_ones() -> None:
    for sentence in (*training(), *held_out(), *held_out_long()):
        assert sentence.intent in FIRST_LEVEL, sentence
        assert bool(sentence.category) == (sentence.intent in WITH_CATEGORIES), sentence
        assert sentence.upset in (0, 1, 2), sentence
    assert {one.category for one in training() if one.intent == "repair"} == REPAIR
    known = set(counts(training()))
    assert {one.label for one in (*held_out(), *held_out_long())} <= known
    assert {label for message in several_matters() for label in message["matters"]} <= known


def test_no_sentence_stands_twice_or_under_two_labels() -> None:
    places = defaultdict(list)
    for sentence in training():
        places[sentence.bare or sentence.text].append((sentence.label, sentence.text))
    twice = {text: where for text, where in places.items() if len(where) > 1}
    assert twice == {}


def test_no_sentence_is_written_twice_with_a_word_changed() -> None:
    by_label: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in training():
        if len(sentence.bare) >= 8:
            by_label[sentence.label].append(sentence)
    near = []
    for sentences in by_label.values():
        pairs = [pairs_of_letters(sentence.bare) for sentence in sentences]
        for place, pair in enumerate(pairs):
            near += [
                (sentences[place].text, sentences[other].text)
                for other in range(place)
                if likeness(pair, pairs[other]) >= NEARER
            ]
    assert near == []


def test_nothing_of_the_held_out_split_is_in_training_or_nearly() -> None:
    known = [(pairs_of_letters(sentence.bare), sentence.text) for sentence in training()]
    near = []
    for sentence in (*held_out(), *held_out_long()):
        pair = pairs_of_letters(sentence.bare)
        near += [(sentence.text, text) for known_pair, text in known if likeness(pair, known_pair) >= NEAR]
    assert near == []


def test_no_markup_hides_in_a_sentence() -> None:
    for sentence in training():
        assert "](" not in sentence.text, sentence.text
        assert "]{" not in sentence.text, sentence.text
