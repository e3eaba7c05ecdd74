"""The voices by themselves, on a few hundred of the sentences: what they promise to whoever calls them."""

from collections import Counter

import numpy as np
import pytest

from bot.understanding.intents.place_names import DIRECTIONS, name_directions, named_copies
from bot.understanding.intents.voices import Reading, Recipe, Voices
from bot.understanding.signs import signs
from tests.nlu.sentences import Sentence, training

KINDS = ("repair/lift", "repair/water", "complaint/noise", "fee/receipt", "greet", "status")
WIDTH = 24


def few() -> list[Sentence]:
    found: list[Sentence] = []
    for kind in KINDS:
        found += [sentence for sentence in training() if sentence.label == kind][:40]
    return found


def reading(texts: list[str], *, vectors: bool = True) -> Reading:
    """Vectors that stand for an encoder's: how often each of a few letters occurs."""
    rows = [[hash_of(text, place) for place in range(WIDTH)] for text in texts]
    return Reading(texts, np.array(rows, np.float32) if vectors else None, signs(texts))


def hash_of(text: str, place: int) -> float:
    return sum(1.0 for letter in text if ord(letter) % WIDTH == place)


@pytest.fixture(scope="module")
def voices() -> Voices:
    learnt = few()
    return Voices.trained(reading([one.text for one in learnt]), [one.label for one in learnt])


TEXTS = ["电梯坏了三天", "楼上半夜唱歌", "开张发票", "你好"]


def test_chances_are_probabilities(voices: Voices) -> None:
    chances = voices.chances(reading(TEXTS))
    assert chances.shape == (4, len(KINDS))
    assert (chances >= 0).all()
    assert chances.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert [voices.labels[place] for place in chances.argmax(axis=1)] == [
        "repair/lift",
        "complaint/noise",
        "fee/receipt",
        "greet",
    ]


def test_what_is_kept_reads_as_what_was_learnt(voices: Voices) -> None:
    again = Voices(dict(voices.as_arrays()))
    assert again.chances(reading(TEXTS)) == pytest.approx(voices.chances(reading(TEXTS)), abs=1e-6)


def test_heads_change_the_first_level_and_keep_the_order_within_it() -> None:
    learnt = few()
    numbers, labels = reading([one.text for one in learnt]), [one.label for one in learnt]
    with_heads = Voices.trained(numbers, labels).chances(reading(TEXTS))
    without = Voices.trained(numbers, labels, recipe=Recipe(heads=())).chances(reading(TEXTS))
    names = sorted(KINDS)
    lift, water = names.index("repair/lift"), names.index("repair/water")
    assert not np.allclose(with_heads, without)
    assert with_heads[:, lift] / with_heads[:, water] == pytest.approx(without[:, lift] / without[:, water])


def test_without_an_encoder_characters_decide(voices: Voices) -> None:
    learnt = few()
    alone = Voices.trained(
        reading([one.text for one in learnt], vectors=False), [one.label for one in learnt]
    )
    assert alone.labels[alone.chances(reading(["电梯坏了三天"], vectors=False)).argmax()] == "repair/lift"
    bare = voices.chances(reading(TEXTS, vectors=False))
    assert bare == pytest.approx(voices.chances_by_characters(TEXTS))


def test_a_label_with_too_few_sentences_is_named() -> None:
    learnt = [*few(), *[one for one in training() if one.label == "praise"][:2]]
    with pytest.raises(ValueError, match="praise"):
        Voices.trained(reading([one.text for one in learnt]), [one.label for one in learnt])


def test_names_are_put_before_sentences_always_in_the_same_way() -> None:
    texts = [one.text for one in few()]
    copies = named_copies(texts)
    assert copies == named_copies(texts)
    assert all(copy.endswith(texts[place]) and copy != texts[place] for place, copy in copies)
    assert max(Counter(place for place, _ in copies).values()) == 1


def test_the_direction_of_a_name_is_found_and_left_out() -> None:
    texts = [one.text for one in few()]
    vectors = reading(texts).vectors
    assert vectors is not None
    name = np.zeros(WIDTH, np.float32)
    name[3] = 5.0

    def encode(copies: object) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
        return [vectors[place] + name for place, _ in named_copies(texts)]

    found = name_directions(texts, vectors, encode)
    assert found.shape == (DIRECTIONS, WIDTH)
    assert abs(found[0, 3]) == pytest.approx(1.0, abs=1e-4)
