"""Messages that are an answer to a question and nothing else: a home, a phone, a time."""

import re

from bot.language import find_homes, find_phones, find_times, normalise

_FILLING = re.compile(
    r"我(?:家|的)?(?:是|在|住)?|(?:房号|地址|电话|手机号?|号码|时间)(?:是|为)?|是|在|住|的|家|了|吧|呢|就|大概|应该|开始|左右|[\W_]+"
)


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
