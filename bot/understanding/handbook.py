"""Rasa component: which entries of the estate's handbook may answer a message (handbook_index.py).

The desk keeps the handbook and writes it as one file (GUANJIA_HANDBOOK). It is looked at before each
message: an edited entry counts from the next message on, without training; only its own new sentences go
through the encoder. Without the file, or without the encoder, nothing is found, and the desk says so.
"""

import logging
import os
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.encoder import encoder
from bot.understanding.handbook_index import HandbookIndex, read_entries
from bot.understanding.sentence_vectors import read_vector, vector_of

logger = logging.getLogger(__name__)

HANDBOOK = "handbook"
FILE_VARIABLE = "GUANJIA_HANDBOOK"
MATTERS = "matters"
ASKED = frozenset({"inquiry", "fee"})
"""Matters beside others that are looked up by themselves."""

Mark = tuple[int, int, int]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Handbook(GraphComponent):
    """Sets `handbook`: at most three candidates of key and score; also on each question among `matters`."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._mark: Mark | None = None
        self._index: HandbookIndex | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Handbook":
        """Make the component; the file is read at the first message."""
        given = os.environ.get(FILE_VARIABLE)
        return cls(Path(given) if given else None)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add nothing: what the sentences are trained for does not depend on it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Say of each message which entries may answer it."""
        self._look_again()
        for message in messages:
            message.set(HANDBOOK, self._find(message), add_to_output=True)
        return messages

    def _find(self, message: Message) -> list[dict[str, object]]:
        text = message.get(TEXT) or ""
        vector = vector_of(message)
        if self._index is None or vector is None or not text.strip():
            return []
        matters = message.get(MATTERS) or []
        if len(matters) > 1:
            for matter in matters:
                if matter["intent"] in ASKED:
                    matter[HANDBOOK] = self._of_part(text[slice(*matter["span"])])
        return [one.as_dict() for one in self._index.find(text, vector)]

    def _of_part(self, text: str) -> list[dict[str, object]]:
        model = encoder()
        assert self._index is not None
        assert model is not None
        return [one.as_dict() for one in self._index.find(text, read_vector(model, text))]

    def _look_again(self) -> None:
        """Read the file where it is another one than before; a bad one leaves the last good one in place."""
        if self._path is None or (mark := _mark(self._path)) == self._mark:
            return
        self._mark = mark
        model = encoder()
        if mark is None or model is None:
            self._index = None
            return
        try:
            self._index = HandbookIndex(read_entries(self._path), model)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.error("The handbook's file cannot be used, the one before stays: %s", error)


def _mark(path: Path) -> Mark | None:
    """What changes when the file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
