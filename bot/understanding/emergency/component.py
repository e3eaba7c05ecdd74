"""Rasa component: the same emergency check the desk makes at intake (bot/language/emergency/check.py).

So a parse says what the desk would do, and policies and tests of the Rasa side see the same answer.
"""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import find_emergency

EMERGENCY = "emergency"
CERTAIN = "emergency_certain"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Emergencies(GraphComponent):
    """Sets `emergency` (a kind or None) and `emergency_certain`; learns nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Emergencies":
        """Make the component; its words are read at the first message."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add nothing: what the sentences are trained for does not depend on it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Say of each message whether somebody is in danger."""
        for message in messages:
            found = find_emergency(message.get(TEXT) or "")
            message.set(EMERGENCY, found.kind if found else None, add_to_output=True)
            message.set(CERTAIN, bool(found and found.certain), add_to_output=True)
        return messages
