"""The one-time codes 核验码 that the desk hands to the people of a home, as they type them ("k7qp 3mxa")."""

from __future__ import annotations

import re

from bot.language.found import Found
from bot.language.normalise import normalise

# The alphabet of bot/desk/people/residents.py: nothing that looks like something else (no 0 O 1 I).
_SIGN = "[a-hj-np-z2-9]"
_CODE = re.compile(rf"(?<![a-z0-9])({_SIGN}{{4}})[\s\-_·]?({_SIGN}{{4}})(?![a-z0-9])")
_ANNOUNCED = re.compile(r"码\S{0,3}$")


def find_home_code(text: str) -> Found | None:
    """The code in the text, as the desk writes it ("K7QP-3MXA"), or None.

    Letters alone are a code only where nothing else is said or a 码 stands before them, digits alone never:
    those are words and telephone numbers.
    """
    plain = normalise(text)
    for match in _CODE.finditer(plain):
        signs = match[1] + match[2]
        if signs.isdigit():
            continue
        alone = match[0] == plain.strip()
        if alone or not signs.isalpha() or _ANNOUNCED.search(plain[: match.start()].rstrip()):
            return Found(f"{match[1]}-{match[2]}".upper(), *match.span())
    return None
