"""Rasa component: intent, category and matters of a message (voices.py, matters.py).

Training examples carry their first level as intent and their category as metadata
(`metadata: {category: lift}`); Rasa sees the first level alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.bare_facts import says_only_facts, without_facts
from bot.understanding.encoder import encoder
from bot.understanding.examples import label_of
from bot.understanding.intents.matters import Judged, Matter, find_matters, split_label, widened
from bot.understanding.intents.place_names import name_directions
from bot.understanding.intents.voices import Reading, Recipe, Voices
from bot.understanding.kept_model import keep_arrays, kept_arrays
from bot.understanding.made_from import READING_OF_TEXT, content_hash, lexicon_files, own_files
from bot.understanding.sentence_vectors import kept_vectors, read_vector, vector_of
from bot.understanding.signs import names, signs

MATTERS = "matters"
BARE_FACTS_CONFIDENCE = 0.2
"""For "3栋2单元1201" or a phone number alone: an answer to a question, whatever the voices make of it."""

LIKELIEST = "likeliest"
UNSURE = 0.5
"""Below this confidence the likeliest readings are told, for a question which of them is meant."""
MOST_LIKELY = 4

POSSIBLE = 0.4
"""Chance of a first level by characters alone from which a clause may be of another topic."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ResidentIntents(GraphComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` (first level) and `matters` (first level, category, span)."""

    def __init__(self, storage: ModelStorage, resource: Resource, voices: Voices | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._voices = voices

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ResidentIntents":
        """Make an untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ResidentIntents":
        """Take up what training kept."""
        arrays = kept_arrays(model_storage, resource)
        if list(arrays.pop("signs")) != names():
            raise RasaException("The lexicons have other kinds than when the model was trained: train again.")
        return cls(model_storage, resource, Voices(arrays))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Everything else it depends on: another content trains it again."""
        voices = (
            "voices",
            "vector_voices",
            "logistic",
            "characters",
            "character_margins",
            "place_names",
            "tempering",
        )
        own = own_files(*(f"intents/{name}" for name in voices), "grams", "signs", "examples")
        lists = lexicon_files("facility", "fault", "cue", "estate_name")
        return content_hash(READING_OF_TEXT, lists, own)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples; RasaException where a label has too few."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        try:
            voices = learnt(_reading(examples), [label_of(example) for example in examples])
        except ValueError as error:
            raise RasaException(str(error)) from error
        keep_arrays(self._storage, self._resource, {**voices.as_arrays(), "signs": np.array(names())})
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say of each message what it wants."""
        for message in messages:
            self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if self._voices is None or not text.strip():
            return
        chances = self._voices.chances(_reading([message]))[0]
        ranking = self._first_level(chances)
        label, confidence = self._best_within(chances, ranking[0][0])
        words = without_facts(text)
        found = [
            widened(matter, text, words)
            for matter in find_matters(words, label, confidence, self._judge, self._glance)
        ]
        if len(found) > 1:
            ranking = _led_by(found, ranking)
        if says_only_facts(text):
            ranking = [(name, confidence * BARE_FACTS_CONFIDENCE) for name, confidence in ranking]
        ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
        message.set(INTENT, ranked[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranked, add_to_output=True)
        if ranking[0][1] < UNSURE:
            message.set(LIKELIEST, self._likeliest(chances), add_to_output=True)
        message.set(MATTERS, [matter.as_dict() for matter in found], add_to_output=True)

    def _first_level(self, chances: Any) -> list[tuple[str, float]]:
        sums: dict[str, float] = {}
        for label, chance in zip(self._labels(), chances, strict=True):
            intent = split_label(label)[0]
            sums[intent] = sums.get(intent, 0.0) + float(chance)
        return sorted(sums.items(), key=lambda item: -item[1])

    def _best_within(self, chances: Any, intent: str) -> tuple[str, float]:
        """The best label of one first-level intent, with its own chance."""
        within = [
            (label, float(chance))
            for label, chance in zip(self._labels(), chances, strict=True)
            if split_label(label)[0] == intent
        ]
        return max(within, key=lambda item: item[1])

    def _likeliest(self, chances: Any) -> list[dict[str, Any]]:
        """The labels with the best chances, as a parse shows them."""
        best = np.argsort(-chances)[:MOST_LIKELY]
        readings = [(*split_label(self._labels()[place]), float(chances[place])) for place in best]
        return [
            {"intent": intent, "category": category, "confidence": round(chance, 4)}
            for intent, category, chance in readings
        ]

    def _judge(self, texts: Sequence[str]) -> list[Judged]:
        assert self._voices is not None
        model = encoder()
        vectors = None if model is None else np.stack([read_vector(model, text) for text in texts])
        return [
            self._judged(chances) for chances in self._voices.chances(Reading(texts, vectors, signs(texts)))
        ]

    def _glance(self, texts: Sequence[str]) -> list[set[str]]:
        assert self._voices is not None
        seen = [self._judged(chances) for chances in self._voices.chances_by_characters(texts)]
        return [{one.label} if one.of_intent >= POSSIBLE else set() for one in seen]

    def _judged(self, chances: Any) -> Judged:
        intent, of_intent = self._first_level(chances)[0]
        label, confidence = self._best_within(chances, intent)
        return Judged(label, confidence, of_intent)

    def _labels(self) -> list[str]:
        assert self._voices is not None
        return self._voices.labels


def learnt(reading: Reading, labels: Sequence[str], recipe: Recipe | None = None) -> Voices:
    """The voices of these sentences, names of places taken out. ValueError where a label has too few."""
    model = encoder()
    if model is None or reading.vectors is None:
        return Voices.trained(reading, labels, recipe=recipe)
    names_out = name_directions(reading.texts, reading.vectors, lambda texts: kept_vectors(model, texts))
    return Voices.trained(reading, labels, names_out=names_out, recipe=recipe)


def _led_by(matters: Sequence[Matter], ranking: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The ranking with the intent of a matter at its head: of the likeliest, as sure as the matter is."""
    sure = {matter.intent: matter.confidence for matter in reversed(matters)}
    first = next(name for name, _ in ranking if name in sure)
    return [(first, sure[first]), *(item for item in ranking if item[0] != first)]


def _reading(messages: Sequence[Message]) -> Reading:
    texts = [without_facts(message.get(TEXT)) for message in messages]
    vectors = [vector_of(message) for message in messages]
    found = [vector for vector in vectors if vector is not None]
    return Reading(texts, np.stack(found) if found and len(found) == len(vectors) else None, signs(texts))
