"""Numbers of cases 工单 as the desk gives them out (BX2026-0012, TS2023-0568) and residents repeat them."""

from __future__ import annotations

import re

from bot.language.found import Found
from bot.language.normalise import normalise

_NUMBER = re.compile(r"(?<![a-z0-9])([a-z]{2,3})\s?-?\s?(\d{4}|\d{6}|\d{8})\s?[-_ ]\s?(\d{2,6})(?!\d)")
_RUN_TOGETHER = re.compile(r"(?<![a-z0-9])([a-z]{2})(20\d{2})(\d{3,6})(?!\d)")


def find_case_numbers(text: str) -> list[Found]:
    """Case numbers in the order of the text, in the desk's own writing ("ts 2023 0568" → "TS2023-0568")."""
    plain = normalise(text)
    matches = [*_NUMBER.finditer(plain), *_RUN_TOGETHER.finditer(plain)]
    found = {m.span(): Found(f"{m[1].upper()}{m[2]}-{m[3]}", *m.span()) for m in matches}
    return [found[span] for span in sorted(found)]
