"""What a resident says to the one question about a doubtful cry: yes, no, or neither. Read without Rasa."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from bot.language.lexicon import words
from bot.language.normalise import normalise

Answer = Literal["yes", "no", "unclear"]

YES_PAYLOAD = "/emergency_yes"
NO_PAYLOAD = "/emergency_no"

_NOISE = re.compile(r"[^\w]+")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    no, yes = ("|".join(words("emergency_answers", kind)) for kind in ("no", "yes"))
    return re.compile(no), re.compile(yes)


def read_answer(text: str, *, payload: str | None = None) -> Answer:
    """A pressed button counts as it is; of words, "no" is looked for first ("没有人被困")."""
    if payload in (YES_PAYLOAD, NO_PAYLOAD):
        return "yes" if payload == YES_PAYLOAD else "no"
    no, yes = _patterns()
    squeezed = _NOISE.sub("", normalise(text))
    if no.search(squeezed):
        return "no"
    return "yes" if yes.search(squeezed) else "unclear"
