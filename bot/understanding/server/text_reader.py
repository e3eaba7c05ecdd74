"""Runs a text through the trained pipeline, whoever asks: a turn, the parse route, a file of lines."""

from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.trackers import DialogueStateTracker

from bot.understanding.parses import BLANK
from bot.understanding.server.payloads import as_typed

NOBODY = "nobody"


class TextReader:
    """The understanding half of a loaded model; one call at a time."""

    def __init__(self, runner: GraphRunner, metadata: ModelMetadata) -> None:
        self._runner = runner
        self._target = metadata.nlu_target

    @classmethod
    def load(cls, model: Path) -> "TextReader":
        """Load a model's understanding half; raises what Rasa raises where it cannot be loaded."""
        _, metadata, runner = MessageProcessor._load_model(model)
        return cls(runner, metadata)

    def read(self, text: str) -> dict[str, Any]:
        """Return Rasa's parse of a typed text; places in it count in the text as it was typed."""
        if not text.strip():
            return {**BLANK, "text": text}
        message = UserMessage(sender_id=NOBODY)
        # Not given to the constructor, which strips: that would shift every place.
        message.text = as_typed(text)
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: DialogueStateTracker(NOBODY, [])}
        results = self._runner.run(inputs, [self._target])
        read = results[self._target][0].as_dict(only_output_properties=True)
        return {**BLANK, **read, "text": text}
