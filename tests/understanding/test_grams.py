"""Weighed grams of a text against scikit-learn's, from which training takes its table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language import normalise
from bot.understanding.grams import Grams

TEXTS = [
    "电梯坏了",
    "電梯又壞了！！",
    "物业费怎么交",
    "水管漏水  漏到楼下",
    "ABC abc",
    "😀😀灯不亮",
    "路灯 不亮",
    "停电",
]

OURS = Grams.learnt(TEXTS, 3)[0]
THEIRS = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
THEIRS.fit([normalise(one) for one in TEXTS])


@pytest.mark.parametrize(("longest", "fewest"), [(1, 1), (2, 1), (3, 2), (4, 1)])
def test_a_text_weighs_what_scikit_learn_says(longest: int, fewest: int) -> None:
    grams, rows = Grams.learnt(TEXTS, longest, fewest)
    for row, text in enumerate(TEXTS):
        assert _dense(grams, text) == pytest.approx(rows[row].toarray()[0])


@given(st.text(max_size=40))
def test_whatever_is_typed_weighs_the_same(text: str) -> None:
    assert _dense(OURS, text) == pytest.approx(THEIRS.transform([normalise(text)]).toarray()[0])


def test_broken_surrogates_and_nothing_at_all_have_no_grams() -> None:
    grams, _ = Grams.learnt(TEXTS, 2)
    for text in ("", "\ud800", "\x00"):
        places, values = grams.of(text)
        assert not values.size or np.isfinite(values).all()
        assert len(places) == len(values)


def test_two_grams_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one key"):
        Grams(np.array(["电", "电"]), np.ones(2), 1)


def _dense(grams: Grams, text: str) -> np.ndarray:  # type: ignore[type-arg]
    places, values = grams.of(text)
    row = np.zeros(len(grams.names))
    row[places] = values
    return row
