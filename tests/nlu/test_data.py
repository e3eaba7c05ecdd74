"""The sentences themselves: no duplicates, no label conflicts, nothing of the held-out split in training."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from tests.nlu.sentences import (
    ROOT,
    Sentence,
    counts,
    held_out,
    held_out_long,
    likeness,
    near_copies,
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
FEWEST_OF_A_CATEGORY = 60
FEWEST_OF_A_MAIN_KIND = 1000
FEWEST_LETTERS = 350
"""Texts of LETTER characters and more, in training."""
LETTER = 60
NEAR = 0.6
"""Likeness from which a held-out sentence is a near-copy of a training sentence."""
NEARER = 0.8
"""Likeness from which two training sentences of one label are the same sentence twice."""


def test_counts_are_printed_and_enough(capsys: pytest.CaptureFixture[str]) -> None:
    by_label = counts(training())
    by_intent = Counter(sentence.intent for sentence in training())
    held = counts((*held_out(), *held_out_long()))
    letters = sum(len(sentence.text) >= LETTER for sentence in training())
    with capsys.disabled():
        print(f"\n{len(training())} to train ({letters} of {LETTER} characters and more),", end=" ")
        print(f"{len(held_out())} and {len(held_out_long())} letters held out")
        print(f"  {dict(by_intent.most_common())}")
        for label, number in sorted(by_label.items()):
            print(f"  {label:28} {number:4}  held out {held[label]:3}")
    assert set(by_intent) == FIRST_LEVEL
    assert {label: n for label, n in by_intent.items() if n < FEWEST_OF_AN_INTENT} == {}
    assert {label: n for label, n in by_label.items() if n < FEWEST_OF_A_CATEGORY} == {}
    assert all(by_intent[intent] >= FEWEST_OF_A_MAIN_KIND for intent in WITH_CATEGORIES)
    assert letters >= FEWEST_LETTERS
    assert len(held_out()) >= 900
    assert len(held_out_long()) >= 80


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
    assert near_copies((*held_out(), *held_out_long()), training(), NEAR) == []


def test_a_near_copy_would_be_found() -> None:
    original = next(sentence for sentence in training() if 12 <= len(sentence.bare) <= 20)
    copy = replace(original, text=f"{original.text}啊")
    assert near_copies((copy,), training(), NEAR)


def test_no_held_out_sentence_stands_twice() -> None:
    found = Counter(sentence.bare or sentence.text for sentence in (*held_out(), *held_out_long()))
    assert [text for text, number in found.items() if number > 1] == []


def test_every_category_is_explained() -> None:
    """docs/intents.md draws the borders the labels are given by."""
    page = (ROOT / "docs" / "intents.md").read_text(encoding="utf-8")
    assert {intent for intent in FIRST_LEVEL if f"`{intent}`" not in page} == set()
    assert {one.category for one in training() if one.category and f"`{one.category}`" not in page} == set()


def test_no_markup_hides_in_a_sentence() -> None:
    for sentence in training():
        assert "](" not in sentence.text, sentence.text
        assert "]{" not in sentence.text, sentence.text
