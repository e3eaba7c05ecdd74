"""Rasa component: which entries of the estate's handbook may answer a message (index.py).

The desk keeps the handbook and writes it as one file (GUANJIA_HANDBOOK). It is looked at before each
message: an edited entry counts from the next message on, without training; only its own new sentences go
through the encoder. Without the file, or without the encoder, nothing is found, and the desk says so.
"""

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import normalise
from bot.understanding.bare_facts import says_only_facts
from bot.understanding.encoder import encoder
from bot.understanding.handbook.index import HandbookIndex, read_elsewhere, read_entries
from bot.understanding.sentence_vectors import read_vector, vector_of

logger = logging.getLogger(__name__)

HANDBOOK = "handbook"
FILE_VARIABLE = "GUANJIA_HANDBOOK"
MATTERS = "matters"
ASKED = frozenset({"inquiry", "fee"})
"""Matters beside others that are looked up by themselves."""

READ_AS = "read_as"
"""What the words were read as before the handbook was asked."""
TAKEN_FOR = frozenset({"complaint", "repair", "suggestion", "fee", "human"})
"""What questions about the same things are taken for ("想把我的车位转给邻居")."""
SURE, VERY_SURE = 0.7, 0.9
"""Scores from which the handbook surely answers a question, and from which it does whatever else was read."""
UNSURE, HARDLY_READ = 0.85, 0.75
"""A confidence below which the other reading is doubtful, and one so low that no form of question is needed.
Of 300 held-out sentences of other intents seven become questions in all (docs/handbook.md)."""
OWN_ANSWERS = frozenset({"fee"})
"""What has answers of its own (the resident's bill): never taken over where it was read with confidence."""
_ASKS = re.compile(
    r"吗|么|嘛|不[?. ]*$|没[?. ]*$|怎么|怎样|如何|咋|点样|哪|谁|几|多少|什么|啥|能不能|可不可以|可以"
    r"|能否|是否|有没有|允许|要不要|会不会|[?]|^(?:我|我们)?(?:想|要|准备|打算)"
)

Mark = tuple[int, int, int]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Handbook(GraphComponent):
    """Sets `handbook`: at most three candidates of key and score; also on each question among `matters`.

    A question it surely answers becomes an inquiry where another reading was doubtful (`read_as` names that).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._mark: Mark | None = None
        self._index: HandbookIndex | None = None
        self._topics: dict[str, str | None] = {}

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
            found = self._find(message)
            message.set(HANDBOOK, found, add_to_output=True)
            if found and self._is_its_question(message, found[0]):
                self._read_as_question(message, found[0])
        return messages

    def _is_its_question(self, message: Message, best: Mapping[str, Any]) -> bool:
        """A calm question that the handbook answers more surely than the classifier read another thing?"""
        intent, matters = message.get(INTENT) or {}, message.get(MATTERS) or []
        confidence, score = float(intent.get("confidence") or 0.0), best["score"]
        if _ASKS.search(normalise(message.get(TEXT) or "")) is None:
            surely = score >= VERY_SURE and confidence < HARDLY_READ
        elif confidence < UNSURE:
            surely = score >= SURE
        else:
            surely = score >= VERY_SURE and intent.get("name") not in OWN_ANSWERS
        return (
            surely
            and intent.get("name") in TAKEN_FOR
            and len(matters) < 2
            and not says_only_facts(message.get(TEXT) or "")
            and not message.get("upset")
            and not message.get("emergency")
        )

    def _read_as_question(self, message: Message, best: Mapping[str, Any]) -> None:
        intent = message.get(INTENT)
        asked = {"name": "inquiry", "confidence": float(best["score"])}
        ranking = [one for one in message.get(INTENT_RANKING_KEY) or [] if one["name"] != "inquiry"]
        matter = {
            "intent": "inquiry",
            "category": self._topics.get(str(best["key"])),
            "span": [0, len(message.get(TEXT))],
            "confidence": best["score"],
        }
        message.set(READ_AS, intent["name"], add_to_output=True)
        message.set(INTENT, asked, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [asked, *ranking], add_to_output=True)
        message.set(MATTERS, [matter], add_to_output=True)

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
            entries = read_entries(self._path)
            self._index = HandbookIndex(entries, model, read_elsewhere())
            self._topics = {str(one["key"]): one.get("topic") for one in entries}
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.error("The handbook's file cannot be used, the one before stays: %s", error)


def _mark(path: Path) -> Mark | None:
    """What changes when the file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
