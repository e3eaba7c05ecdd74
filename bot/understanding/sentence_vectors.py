"""Rasa component: the meaning of a message as one vector (encoder.py), as a sentence feature."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import normalise
from bot.understanding.bare_facts import without_facts
from bot.understanding.encoder import WIDTH, Encoder, Vectors, encoder
from bot.understanding.made_from import READING_OF_TEXT, content_hash
from bot.understanding.pieces import for_encoder

ORIGIN = "SentenceVectors"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(GraphComponent):
    """Adds the vector to each message that has text; adds nothing where there is no encoder."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceVectors":
        """Make the component; the encoder itself is loaded at the first message."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Everything else it depends on: another content trains it again."""
        return content_hash(READING_OF_TEXT)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add vectors to the examples, from the cache where they are known."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        model = encoder()
        if model is not None:
            for example, vector in zip(
                examples, kept_vectors(model, [e.get(TEXT) for e in examples]), strict=True
            ):
                _add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to messages that come in."""
        model = encoder()
        if model is not None:
            for message in messages:
                if message.get(TEXT):
                    _add(message, read_vector(model, message.get(TEXT)))
        return messages


def read_vector(model: Encoder, text: str) -> Vectors:
    """The vector of a text of any length: of the whole, or the mean over its pieces, of length 1."""
    return _mean(model.encode(_pieces(text)))


def kept_vectors(model: Encoder, texts: Sequence[str]) -> list[Vectors]:
    """As `read_vector` for many texts, kept in the cache file."""
    pieces = [_pieces(text) for text in texts]
    vectors = model.encode_kept([piece for of_text in pieces for piece in of_text])
    means, place = [], 0
    for of_text in pieces:
        means.append(_mean(vectors[place : place + len(of_text)]))
        place += len(of_text)
    return means


def vector_of(message: Message) -> Vectors | None:
    """The vector this component gave a message, None where it gave none."""
    for feature in message.features:
        if feature.origin == ORIGIN and feature.attribute == TEXT:
            return np.asarray(feature.features, dtype=np.float32).reshape(WIDTH)
    return None


def _pieces(text: str) -> list[str]:
    return for_encoder(normalise(without_facts(text)))


def _mean(vectors: Vectors) -> Vectors:
    if len(vectors) == 1:
        return np.asarray(vectors[0])
    mean = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _add(message: Message, vector: Vectors) -> None:
    message.add_features(Features(vector.reshape(1, WIDTH), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
