"""Rasa component: how upset the writer is (0 calm, 1 annoyed, 2 angry), apart from what she wants.

Logistic regression on the sentence vector and the signs of mood (bot/language/mood.py), learnt from the
`upset` of the training examples. Anger at a neighbour counts as she writes it; a calm report of a terrible
fault is calm.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from bot.language.mood import is_only_urgent, mood, mood_signs
from bot.understanding.examples import upset_of
from bot.understanding.kept_model import keep_arrays, kept_arrays
from bot.understanding.made_from import READING_OF_TEXT, content_hash, language_files, lexicon_files
from bot.understanding.sentence_vectors import vector_of

UPSET = "upset"
STRENGTH = 1.0
VECTOR_SCALE = 8.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Upset(GraphComponent):
    """Sets `upset`. Where there is no encoder, the lexicon alone decides."""

    def __init__(
        self, storage: ModelStorage, resource: Resource, arrays: dict[str, Any] | None = None
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._arrays = arrays or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Upset":
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
    ) -> "Upset":
        """Take up what training kept."""
        return cls(model_storage, resource, kept_arrays(model_storage, resource))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Everything else it depends on: another content trains it again."""
        return content_hash(READING_OF_TEXT, lexicon_files("mood"), language_files("mood.py"))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have text."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        vectors = [vector_of(example) for example in examples]
        arrays: dict[str, Any] = {"learnt": np.array(0)}
        if examples and all(vector is not None for vector in vectors):
            arrays = learnt(
                [example.get(TEXT) for example in examples],
                np.stack([vector for vector in vectors if vector is not None]),
                [upset_of(example) for example in examples],
            )
        keep_arrays(self._storage, self._resource, arrays)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say of each message how upset its writer is."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.strip():
                message.set(UPSET, level(self._arrays, text, vector_of(message)), add_to_output=True)
        return messages


def learnt(texts: Sequence[str], vectors: npt.NDArray[np.float32], levels: Sequence[int]) -> dict[str, Any]:
    """Train; returns the arrays that `level` needs."""
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    numbers = np.hstack([(vectors - mean) / spread / VECTOR_SCALE, _signs(texts)])
    model = LogisticRegression(C=STRENGTH, max_iter=500)
    model.fit(numbers, np.array(levels))
    return {
        "learnt": np.array(1),
        "mean": mean,
        "spread": spread,
        "weights": model.coef_.T,
        "bias": model.intercept_,
        "levels": model.classes_,
    }


def level(arrays: dict[str, Any], text: str, vector: npt.NDArray[np.float32] | None) -> int:
    """How upset one text is."""
    if is_only_urgent(text):
        return 0
    if vector is None or not arrays or not int(arrays["learnt"]):
        return mood(text)
    numbers = np.hstack([(vector - arrays["mean"]) / arrays["spread"] / VECTOR_SCALE, _signs([text])[0]])
    scores = numbers @ arrays["weights"] + arrays["bias"]
    return int(arrays["levels"][int(np.argmax(scores))])


def _signs(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([[*mood_signs(text).as_list(), float(mood(text))] for text in texts])
