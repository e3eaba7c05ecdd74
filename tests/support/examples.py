"""How many examples a property test tries: `GUANJIA_EXAMPLES=20` tries twenty times as many of each."""

import os

from hypothesis import settings

_TIMES = int(os.environ.get("GUANJIA_EXAMPLES", "1"))


def times(examples: int) -> int:
    """So many, or the wanted multiple of it."""
    return examples * _TIMES


def load_profile() -> None:
    """Tests that name no number of their own try Hypothesis' usual hundred, or the multiple."""
    settings.register_profile("guanjia", max_examples=times(100), print_blob=True)
    settings.load_profile("guanjia")
