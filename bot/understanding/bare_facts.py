"""Facts inside a message (a home, a phone): what is left without them, and messages that are nothing else."""

import re

from bot.language import find_homes, find_phones, find_times, normalise

_FILLING = re.compile(
    r"我(?:家|的)?(?:是|在|住)?|(?:房号|地址|电话|手机号?|号码|时间)(?:是|为)?|是|在|住|的|家|了|吧|呢|就|大概|应该|开始|左右|[\W_]+"
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
    words = "".join(left)
    return words if _FILLING.sub("", normalise(words)) else text


def says_only_facts(text: str) -> bool:
    """Whether nothing is left of a short text when homes, phones and times are taken out."""
    if len(text) > 40:
        return False
    facts = [(fact.start, fact.end) for fact in (*find_phones(text), *find_times(text))]
    facts += [(home.start, home.end) for home in find_homes(text)]
    if not facts:
        return False
    left = list(normalise(text))
    for start, end in facts:
        left[start:end] = " " * (end - start)
    return not _FILLING.sub("", "".join(left))
