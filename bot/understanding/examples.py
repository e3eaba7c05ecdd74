"""What training examples carry beside text and intent: `metadata: {category: lift, upset: 1}`."""

from typing import Any

from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, METADATA_INTENT
from rasa.shared.nlu.training_data.message import Message


def label_of(example: Message) -> str:
    """ "repair/lift", or the intent alone where it has no categories."""
    category = _metadata(example).get("category")
    return f"{example.get(INTENT)}/{category}" if category else str(example.get(INTENT))


def upset_of(example: Message) -> int:
    """How upset the writer is: 0 where nothing is said."""
    return int(_metadata(example).get("upset", 0))


def _metadata(example: Message) -> dict[str, Any]:
    given = example.get(METADATA) or {}
    return {**(given.get(METADATA_INTENT) or {}), **(given.get(METADATA_EXAMPLE) or {})}
