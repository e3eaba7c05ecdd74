"""Rasa component: what a message names, and where: homes, places, things, faults, people, numbers.

Grammars of bot/language for what has a form; spaCy's PhraseMatcher over the lexicons for what has names.
`value` is the normal form ("3-2-1201", "13812345678"), or the words themselves. Spans do not overlap.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import cn2an
import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from bot.language import (
    Found,
    find_case_numbers,
    find_homes,
    find_phones,
    find_plates,
    find_times,
    normalise,
)
from bot.language.lexicon import words
from bot.language.numerals import NUMERAL, read_number
from bot.language.people import find_people

LONGEST = 4000
"""Characters in which things are looked for; a longer text has said by then what it is about."""
LEXICONS = ("facility", "fault", "place")

_AMOUNT = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{NUMERAL}+万?{NUMERAL}*)万?"
_MONEY = re.compile(
    rf"(?P<yuan>{_AMOUNT})\s*(?:元|块(?:钱)?|rmb)(?:(?P<tenths>[一二三四五六七八九\d])(?:毛|角)?)?"
    rf"|[¥￥]\s*(?P<signed>{_AMOUNT})|(?P<only>[一二两三四五六七八九1-9])[毛角](?:钱)"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class NamedThings(GraphComponent, EntityExtractorMixin):
    """Adds entities to messages; learns nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NamedThings":
        """Make the component."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Name what each message names."""
        for message in messages:
            text = message.get(TEXT) or ""
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + find_entities(text), add_to_output=True)
        return messages


def find_entities(text: str) -> list[dict[str, Any]]:
    """Entities of a text, in its order; where two would overlap, the surer kind (by form) wins."""
    text = text[:LONGEST]
    taken = [False] * len(text)
    found = []
    for entity, one in _candidates(text):
        if one.start < one.end and not any(taken[one.start : one.end]):
            taken[one.start : one.end] = [True] * (one.end - one.start)
            found.append({"entity": entity, "value": one.value, "start": one.start, "end": one.end})
    return sorted(found, key=lambda entity: entity["start"])


def _candidates(text: str) -> Iterator[tuple[str, Found]]:
    """The surest kinds first."""
    for home in find_homes(text):
        yield "home", Found(home.key, home.start, home.end)
    for entity, finder in (
        ("phone", find_phones),
        ("case_number", find_case_numbers),
        ("plate", find_plates),
        ("money", find_money),
        ("person", find_people),
        ("time", find_times),
    ):
        for one in finder(text):
            yield entity, one
    yield from _named(text)


def find_money(text: str) -> list[Found]:
    """Sums of money, in yuan ("一百二十块五" → "120.5")."""
    found = []
    for match in _MONEY.finditer(normalise(text)):
        said = match["yuan"] or match["signed"] or "0"
        try:
            yuan = float(cn2an.cn2an(said.replace("两", "二").replace("〇", "零").replace(",", ""), "smart"))
        except ValueError:  # not written as a number is: no sum of money
            continue
        tenths = read_number(match["tenths"] or match["only"] or "0") or 0
        found.append(Found(f"{yuan + tenths / 10:g}", *match.span()))
    return found


def _named(text: str) -> Iterator[tuple[str, Found]]:
    document = _characters()(normalise(text))
    for span in filter_spans(_matcher()(document, as_spans=True)):
        place = span.start_char, span.end_char
        yield span.label_, Found(text[place[0] : place[1]], *place)


@lru_cache(maxsize=1)
def _characters() -> spacy.language.Language:
    # By characters: a name is found wherever it stands, whatever words jieba would have cut.
    return spacy.blank("zh")


@lru_cache(maxsize=1)
def _matcher() -> PhraseMatcher:
    matcher = PhraseMatcher(_characters().vocab)
    for name in LEXICONS:
        matcher.add(
            name,
            [_characters()(normalise(word)) for word in words(name) if len(word) > 1 or word == "灯"],
        )
    return matcher
