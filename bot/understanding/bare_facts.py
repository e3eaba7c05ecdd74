"""Facts inside a message (a home, a phone): what is left without them, and messages that are facts alone."""

import re
from functools import lru_cache

from bot.language import find_homes, find_phones, find_times, normalise
from bot.language.lexicon import words

_FILLING = re.compile(
    r"我(?:家|的)?(?:是|在|住)?|(?:房号|地址|电话|手机号?|号码|时间)(?:是|为)?"
    r"|是|在|住|的|家|了|吧|呢|就|里面?|大概|应该|开始|左右|[\W_]+"
)


def without_facts(text: str) -> str:
    """The text with homes and phones blanked out, character by character: they say nothing of what is wanted.

    A text that is nothing else stays as it is.
    """
    facts = [(home.start, home.end) for home in find_homes(text)]
    facts += [(phone.start, phone.end) for phone in find_phones(text)]
    if not facts:
        return text
    left = list(text)
    for start, end in facts:
        left[start:end] = " " * (end - start)
    rest = "".join(left)
    return rest if _FILLING.sub("", normalise(rest)) else text


def says_only_facts(text: str) -> bool:
    """Whether nothing is left of a short text without homes, rooms of one ("卧室"), phones and times."""
    if len(text) > 40:
        return False
    facts = [(fact.start, fact.end) for fact in (*find_phones(text), *find_times(text))]
    facts += [(home.start, home.end) for home in find_homes(text)]
    plain = normalise(text)
    facts += [room.span() for room in _rooms().finditer(plain)]
    if not facts:
        return False
    left = list(plain)
    for start, end in facts:
        left[start:end] = " " * (end - start)
    return not _FILLING.sub("", "".join(left))


@lru_cache(maxsize=1)
def _rooms() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words("place", "inside"))))
