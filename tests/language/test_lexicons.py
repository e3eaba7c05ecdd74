"""The word lists can be read by the code that uses them."""

import re

import pytest

from bot.language.lexicon import FOLDER, entries
from bot.language.normalise import normalise

PATTERNS = {"callback", "cue", "mood", "person_request"}
"""Lists whose entries are regular expressions on normalised text."""
WORDS = {"facility", "fault", "place"}


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_each_pattern_compiles_and_has_a_kind(name: str) -> None:
    for pattern, kind in entries(name):
        assert kind, pattern
        assert re.compile(pattern).match("") is None, f"{pattern} matches nothing at all"


@pytest.mark.parametrize("name", sorted(PATTERNS | WORDS))
def test_entries_are_written_in_the_form_they_are_looked_up_in(name: str) -> None:
    for word, _ in entries(name):
        letters = re.sub(r"[^\u4e00-\u9fff]", "", word)
        assert normalise(letters) == letters, word


@pytest.mark.parametrize("name", sorted(WORDS))
def test_no_word_stands_twice(name: str) -> None:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split("\t")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(words) == sorted(set(words))
