"""Which parts a model is made of, read before Rasa is imported."""

import json
import tarfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

_NUMPY_IS_ENOUGH = (
    "bot.",
    "policies.",
    "rasa.core.policies.ensemble.",
    "rasa.core.policies.rule_policy.",
    "rasa.graph_components.",
    "rasa.nlu.classifiers.fallback_classifier.",
    "rasa.nlu.classifiers.regex_message_handler.",
)
"""Where the components are that answer without scikit-learn."""


def parts_of(model: Path) -> list[str]:
    """The components that answer with this model; OSError, ValueError or KeyError where it is none."""
    with tarfile.open(model) as archive:
        metadata = next(one for one in archive if Path(one.name).name == "metadata.json")
        content = archive.extractfile(metadata)
        assert content is not None
        nodes = json.load(content)["predict_schema"]["nodes"]
    return [str(node["uses"]) for node in nodes.values()]


def needs_scikit_learn(arguments: Sequence[str]) -> bool:
    """Whether the server of these arguments (`-m MODEL`) computes with scikit-learn; True where unknown."""
    named = [model for flag, model in pairwise(arguments) if flag in ("-m", "--model")]
    if not named or not Path(named[-1]).is_file():
        return True
    try:
        parts = parts_of(Path(named[-1]))
    except (OSError, ValueError, KeyError, StopIteration, tarfile.TarError):
        return True  # Rasa says what is wrong with it
    return not all(part.startswith(_NUMPY_IS_ENOUGH) for part in parts)
