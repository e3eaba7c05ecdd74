"""Lets Rasa be imported where TensorFlow is not installed, and says what cannot work then.

Rasa 3.6 imports TensorFlow in nearly every room, for components our pipeline does not use. Where the real
one is installed (requirements/rasa-tensorflow.in) it is used and this stays out. What it saves: docs/rasa.md.
"""

import importlib.util
from collections.abc import Mapping
from typing import Any

from bot.understanding.server import placeholders

STOOD_IN_FOR = frozenset({"tensorflow", "tensorflow_hub", "tensorflow_text", "keras"})

# Rasa's own components that compute with TensorFlow (a test compares this with Rasa's registry).
NEEDS_TENSORFLOW = frozenset(
    {
        "DIETClassifier",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
    }
)


def install() -> bool:
    """Stand in for TensorFlow from now on; False where the real one is installed, which then is used."""
    if is_installed() or importlib.util.find_spec("tensorflow") is not None:
        return False
    placeholders.stand_in_for(STOOD_IN_FOR)
    return True


def is_installed() -> bool:
    """Tell whether the stand-in answers for TensorFlow in this process."""
    return placeholders.is_stood_in_for("tensorflow")


def needing_tensorflow(config: Mapping[str, Any]) -> list[str]:
    """Return the components and policies of a Rasa config that only work with the real TensorFlow."""
    parts = [*(config.get("pipeline") or []), *(config.get("policies") or [])]
    names = [str(part.get("name", "")) if isinstance(part, Mapping) else str(part) for part in parts]
    return [name for name in names if name.rsplit(".", 1)[-1] in NEEDS_TENSORFLOW]
