"""The rules of the language (R13, R16, R30) over every wording in every mood, as a resident reads it.

The rules are data (word_rules.yml). Each response is composed calm, annoyed, angry, and in a serious matter,
with the slots its wordings ask for.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.desk.wording.composer import CARE_KEYS, Reply, Situation, Utterance, compose
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Variation
from tests.desk.test_words import VARIATIONS, WORDS, slots_for
from tests.support.clock import MORNING
from tests.support.estates import sample_estate

RULES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "word_rules.yml").read_text(encoding="utf-8"))
MOODS = [(upset, serious) for upset in (0, 1, 2) for serious in (False, True)]
VALUES = estate_values(sample_estate(), now=MORNING)
EMOJI = re.compile(r"[\U0001F000-\U0001FAFF☀-➿⬀-⯿️]")
CATEGORIES = ("lift", "leak", "noise", "renovation", "staff", "slow", "parking", "falling_objects", "other")


def said(key: str, variation: Variation, upset: int, serious: bool, **more: Any) -> list[Utterance]:
    """The message as it is read in this mood; the wording's own conditions decide what is not free."""
    known = {**slots_for(variation), **more}
    others = [one for one in WORDS.responses[key] if one.once and one is not variation]
    situation = Situation(
        now=MORNING,
        upset=known.get("upset", upset) if _fixed(variation, "upset") else upset,
        serious=bool(known["serious"]) if _fixed(variation, "serious") else serious,
        values=VALUES,
        used=frozenset(f"{key}/{one.id}" for one in others),
    )
    return compose([Reply(key, known)], words=WORDS, situation=situation, strict=True)


def _fixed(variation: Variation, name: str) -> bool:
    return any(one.name == name for one in variation.conditions)


def shown(key: str, variation: Variation) -> Iterator[tuple[str, str]]:
    """(mood, text) of everything a resident may read of a wording."""
    for upset, serious in MOODS:
        for one in said(key, variation, upset, serious):
            titles = " ".join(button.title for button in one.buttons)
            yield f"upset {upset}, serious {serious}", f"{one.text} {titles}"


each = pytest.mark.parametrize(("key", "variation"), VARIATIONS, ids=lambda one: getattr(one, "id", one))


@each
def test_no_phrase_is_used_that_nobody_of_ours_says(key: str, variation: Variation) -> None:
    for mood, text in shown(key, variation):
        found = {phrase: instead for phrase, instead in RULES["never"].items() if phrase in text}
        assert not found, f"{key} ({mood}): {text}"


@each
def test_nothing_is_cheerful_and_nothing_shouts(key: str, variation: Variation) -> None:
    for mood, text in shown(key, variation):
        found = [sign for sign in RULES["cheerful"] if sign in text]
        assert not found, f"{key} ({mood}): {found} in {text}"
        assert not EMOJI.search(text), f"{key} ({mood}): {text}"


@each
def test_everybody_is_called_you_politely_and_no_slot_is_left_open(key: str, variation: Variation) -> None:
    for mood, text in shown(key, variation):
        assert not re.search(r"你(?!好)", text), f"{key} ({mood}): {text}"
        assert "{" not in text, f"{key} ({mood}): {text}"
        assert "}" not in text, f"{key} ({mood}): {text}"


@each
def test_an_apology_stands_only_where_the_trouble_is_ours_and_once(key: str, variation: Variation) -> None:
    apologies = [word for word in RULES["apology"] if word in variation.text]
    assert not apologies or key in RULES["may_apologise"], f"{key}: {variation.text}"
    for mood, text in shown(key, variation):
        count = sum(text.count(word) for word in RULES["apology"])
        own = 1 if apologies else 0
        assert count <= 1 + own, f"{key} ({mood}): {text}"


@each
def test_no_apology_is_said_a_second_time_in_a_conversation(key: str, variation: Variation) -> None:
    """What was said is known by its id, or by the slot `again` where the clock or the desk says it."""
    apologises = any(word in variation.text for word in RULES["apology"])
    if not apologises or key in CARE_KEYS or key in RULES["may_apologise_again"]:
        return
    known = {**slots_for(variation), "again": True}
    situation = Situation(
        now=MORNING,
        upset=int(known.get("upset", 0)),
        serious=bool(known.get("serious")),
        values=VALUES,
        used=frozenset(f"{key}/{one.id}" for one in WORDS.responses[key] if one.once),
    )
    second = compose([Reply(key, known)], words=WORDS, situation=situation, strict=True)[0].text
    assert not any(word in second for word in RULES["apology"]), f"{key}: {second}"


@each
def test_a_refusal_names_the_way_that_exists(key: str, variation: Variation) -> None:
    for mood, text in shown(key, variation):
        if any(word in text for word in RULES["refusal"]):
            assert any(way in text for way in RULES["way"]), f"{key} ({mood}): {text}"


@each
def test_nobody_has_to_read_a_page(key: str, variation: Variation) -> None:
    if any(f"{{{name}" in variation.text for name in RULES["holds_her_words"]) or "emergency" in key:
        return  # her own words are as long as they are; instructions in danger are whole
    for mood, text in shown(key, variation):
        assert len(text) <= RULES["longest"], f"{key} ({mood}): {len(text)} characters"


@pytest.mark.parametrize("upset", [1, 2])
@pytest.mark.parametrize("category", CATEGORIES)
def test_who_is_upset_is_understood_before_anything_else_is_said(upset: int, category: str) -> None:
    told = {"number": "TS2026-0001", "complaint_category": category, "category": category}
    text = compose(
        [Reply("utter_complaint_follow", told)],
        words=WORDS,
        situation=Situation(now=MORNING, upset=upset, values=VALUES),
    )[0].text
    first = text.splitlines()[0]
    assert any(word in first for word in ("理解", "着急", "换做", "明白", "体会")), text
    assert "理解" not in text.splitlines()[-1]


@pytest.mark.parametrize("upset", [0, 1, 2])
def test_no_word_of_care_is_said_twice_in_a_conversation(upset: int) -> None:
    used: frozenset[str] = frozenset()
    sentences: list[str] = []
    for turn in range(8):
        told = {"complaint_category": "noise", "category": "lift" if turn % 2 else "water", "late": turn > 5}
        message = compose(
            [Reply("utter_complaint_follow", told)],
            words=WORDS,
            situation=Situation(now=MORNING, upset=upset, values=VALUES, used=used),
        )[-1]
        used |= frozenset(message.used)
        sentences += re.findall(r"[^。\n]+。", message.text.replace(_follow(), ""))
    assert len(sentences) == len(set(sentences)), sentences


def _follow() -> str:
    return WORDS.responses["utter_complaint_follow"][0].text


def test_each_rule_finds_what_it_is_for() -> None:
    """The rules can fail: a bad sentence is caught by each of them."""
    bad = "亲，这个不行，你自己看规定！😊"
    assert any(phrase in bad for phrase in RULES["never"])
    assert any(sign in bad for sign in RULES["cheerful"])
    assert EMOJI.search(bad)
    assert re.search(r"你(?!好)", bad)
