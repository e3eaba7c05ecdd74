"""Rasa component: how upset the writer is (0 calm, 1 annoyed, 2 angry), and in what manner she writes (R14).

Apart from what she wants. Learnt from the `upset` of the training examples and from sentences written for
it alone (nlu_data/mood). Anger at a neighbour counts as she writes it; a calm report of a terrible fault is
calm.
`manner` is angry, picky, superior or hesitant, None for everybody else.
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

from bot.language.mood import is_only_urgent, mood, mood_signs
from bot.language.threats import threatens
from bot.understanding.encoder import encoder
from bot.understanding.examples import upset_of
from bot.understanding.kept_model import keep_arrays, kept_arrays
from bot.understanding.made_from import (
    READING_OF_TEXT,
    content_hash,
    language_files,
    lexicon_files,
    own_files,
)
from bot.understanding.mood import sentences as mood_sentences
from bot.understanding.mood.voice import Lesson, MoodVoice
from bot.understanding.sentence_vectors import kept_vectors, vector_of

UPSET = "upset"
MANNER = "manner"
ANGRY = "angry"
OWN_WEIGHT = 9.0
"""How much a sentence written for mood counts: those written for a matter are mostly calm."""
LEVEL_RARENESS, MANNER_RARENESS = 0.6, 0.8
SURE_OF_ANGER = 0.5
"""Below this chance an angry one is taken for annoyed: calling a person for nothing is worse."""
SURE_OF_MANNER = 0.5
NEITHER_EVERY = 12
"""Every so many-th sentence of the matters is an example of no special manner."""

Vectors = npt.NDArray[np.float32]
Arrays = dict[str, Any]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Upset(GraphComponent):
    """Sets `upset` and `manner`. Where there is no encoder, the lexicon alone decides."""

    def __init__(self, storage: ModelStorage, resource: Resource, read: "Reader | None" = None) -> None:
        self._storage = storage
        self._resource = resource
        self._read = read or Reader(None, None)

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
        return cls(model_storage, resource, Reader.from_arrays(kept_arrays(model_storage, resource)))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Everything else it depends on: another content trains it again."""
        own = own_files("mood/voice", "mood/sentences", "grams", "examples")
        sentences = [mood_sentences.FILE]
        return content_hash(READING_OF_TEXT, lexicon_files("mood"), language_files("mood.py"), own, sentences)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have text, and from the sentences of mood."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        vectors = [vector_of(example) for example in examples]
        found = [vector for vector in vectors if vector is not None]
        reader = Reader(None, None)
        if examples and len(found) == len(vectors):
            texts = [str(example.get(TEXT)) for example in examples]
            reader = learnt(texts, np.stack(found), [upset_of(example) for example in examples])
        keep_arrays(self._storage, self._resource, reader.as_arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say of each message how upset its writer is, and her manner."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.strip():
                level, manner = self._read(text, vector_of(message))
                message.set(UPSET, level, add_to_output=True)
                message.set(MANNER, manner, add_to_output=True)
        return messages


class Reader:
    """Level and manner of a text; without voices, or without a vector, by the lexicon."""

    def __init__(self, levels: MoodVoice | None, manners: MoodVoice | None) -> None:
        self._levels = levels
        self._manners = manners

    def __call__(self, text: str, vector: Vectors | None) -> tuple[int, str | None]:
        level = self._level(text, vector)
        return level, ANGRY if level == 2 else self._manner(text, vector)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Reader":
        """Take up what `as_arrays` wrote."""
        voices = [
            MoodVoice(
                {key.removeprefix(part): value for key, value in arrays.items() if key.startswith(part)}
            )
            if f"{part}classes" in arrays
            else None
            for part in ("level_", "manner_")
        ]
        return cls(*voices)

    def as_arrays(self) -> Arrays:
        """Everything as plain arrays."""
        arrays: Arrays = {"learnt": np.array(int(self._levels is not None))}
        for part, voice in (("level_", self._levels), ("manner_", self._manners)):
            if voice is not None:
                arrays.update({f"{part}{key}": value for key, value in voice.as_arrays().items()})
        return arrays

    def _level(self, text: str, vector: Vectors | None) -> int:
        if is_only_urgent(text):
            return 0
        if vector is None or self._levels is None:
            return mood(text)
        chances = self._levels.chances(text, vector, signs_of([text])[0])
        level = int(self._levels.classes[int(np.argmax(chances))])
        if level == 1 and threatens(text):  # annoyed words that end in a threat are no mere sigh
            return 2
        return 1 if level == 2 and chances.max() < SURE_OF_ANGER else level

    def _manner(self, text: str, vector: Vectors | None) -> str | None:
        if vector is None or self._manners is None:
            return None
        chances = self._manners.chances(text, vector, np.zeros(0))
        return (
            (self._manners.classes[int(np.argmax(chances))] or None)
            if chances.max() >= SURE_OF_MANNER
            else None
        )


def learnt(texts: Sequence[str], vectors: Vectors, levels: Sequence[int]) -> Reader:
    """Learn from sentences with their levels, and from those of nlu_data/mood."""
    model = encoder()
    if model is None:
        return Reader(None, None)
    own = mood_sentences.read()
    moods, manners = [text for text, _ in own.levels], [text for text, _ in own.manners]
    of_moods, of_manners = (np.stack(kept_vectors(model, some)) for some in (moods, manners))
    all_texts = [*texts, *moods]
    lesson = Lesson(
        texts=all_texts,
        vectors=np.vstack([vectors, of_moods]),
        signs=signs_of(all_texts),
        classes=[str(level) for level in (*levels, *(level for _, level in own.levels))],
        weights=np.array([1.0] * len(texts) + [OWN_WEIGHT] * len(moods)),
        rareness=LEVEL_RARENESS,
    )
    plain, chosen = list(texts[::NEITHER_EVERY]), vectors[::NEITHER_EVERY]
    neither = [*plain, *moods]
    manner = Lesson(
        texts=[*manners, *neither],
        vectors=np.vstack([of_manners, chosen, of_moods]),
        signs=np.zeros((len(manners) + len(neither), 0)),
        classes=[*(name for _, name in own.manners), *[""] * len(neither)],
        weights=np.ones(len(manners) + len(neither)),
        rareness=MANNER_RARENESS,
    )
    return Reader(MoodVoice.trained(lesson), MoodVoice.trained(manner))


def signs_of(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """What the lexicon of mood sees in each text."""
    return np.array([[*mood_signs(text).as_list(), float(mood(text))] for text in texts])
