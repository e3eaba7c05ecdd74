"""转人工 and its kin: read without Rasa, so that a person is one word away even when it is down (R15)."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.lexicon import words
from bot.language.normalise import normalise

_NOISE = re.compile(r"[^\w\u4e00-\u9fff]+")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    said = "|".join(words("person_request", "pattern"))
    alone = "|".join(words("person_request", "alone"))
    refused = "|".join(words("person_request", "refused"))
    return re.compile(said), re.compile(rf"^(?:{alone})$"), re.compile(refused)


def asks_for_person(text: str) -> bool:
    """Whether the writer asks to be served by a person, in words that leave no doubt.

    Words that ask only when they are the whole message ("人工", "客服") count only then. "不用转人工" and
    questions about working hours of the desk do not count. Doubtful ones are left to the classifier.
    """
    said, alone, refused = _patterns()
    squeezed = _NOISE.sub("", normalise(text))
    if alone.match(squeezed):
        return True
    return bool(said.search(squeezed)) and not refused.search(squeezed)
