"""Whether a danger that was named is here and now: past, imagined, denied, rehearsed, over ones are not."""

from __future__ import annotations

from bot.language.emergency.lexicon import context
from bot.language.emergency.text import Prepared

SILENT, FAINT, DOUBTFUL, CLEAR = 0, 1, 2, 3
_NEAR = 4


def weigh(text: Prepared, start: int, end: int, keeps: frozenset[str]) -> int:
    """How far the danger at text[start:end] can be believed: SILENT, FAINT (an open question: 着火怎么办),
    DOUBTFUL (好像…) or CLEAR.

    `keeps` names the contexts that do not silence this kind (someone missing since yesterday is missing).
    """
    if (
        _is_over(text)
        or _is_empty(text, keeps)
        or _is_denied(text, start, end)
        or _is_imagined(text, start, end)
    ):
        return SILENT
    if _is_talk(text, start, end, keeps):
        return SILENT
    if not _is_now(text, start, end) and _is_elsewhen(text, start, end, keeps):
        return SILENT
    if _is_question(text, start, end):
        return FAINT
    return DOUBTFUL if _is_unsure(text, start, end) else CLEAR


def cries(text: Prepared) -> bool:
    """Whether somebody calls for help in so many words (救命, 快来人)."""
    return bool(context()["cry"].search(text.text))


def speaks_of_elsewhen(text: Prepared) -> bool:
    """Whether anything in the message speaks of another time, a wish, a drill, news, or what is over."""
    words = context()
    if _is_over(text):
        return True
    if cries(text):
        return False
    names = ("past", "habit", "if", "drill", "talk", "talk_near", "complaint")
    return any(words[name].search(text.text) for name in names)


def _is_over(text: Prepared) -> bool:
    words = context()
    return bool(words["over"].search(text.text)) and not words["not_over"].search(text.text)


def _is_empty(text: Prepared, keeps: frozenset[str]) -> bool:
    """Nobody is in it: that counts for who may be shut in, not for what burns or pours."""
    words = context()
    empty = "empty" not in keeps and words["empty"].search(text.text)
    return bool(empty) and not words["not_over"].search(text.text)


def _is_denied(text: Prepared, start: int, end: int) -> bool:
    words = context()
    if words["denied"].search(text.text[max(0, start - _NEAR) : start] + "^"):
        return True
    asked = words["denied_after"].match(text.text, end)
    return bool(asked) and not _is_unsure(
        text, start, end
    )  # "着火了吗" asks for news, "是不是着火了" for help


def _is_imagined(text: Prepared, start: int, end: int) -> bool:
    """如果…, 万一…, 怕…, 应该怎么…: said of what has not happened."""
    words = context()
    sentence, _ = text.sentence(start, end)
    clause, _ = text.clause(start, end)
    if words["if"].search(text.text, sentence, end + _NEAR):
        return True
    if words["fear"].search(text.text, clause, start + 1):
        return True
    if words["asked_after"].match(text.text, end) and not _is_witness(text, start, end):
        return True
    return bool(words["within"].search(text.text[start:end]))


def _is_talk(text: Prepared, start: int, end: int, keeps: frozenset[str]) -> bool:
    """Drills, leaflets, insurance, news, and complaints about what happens again and again."""
    words = context()
    first, last = text.sentence(start, end)
    urgent = words["cry"].search(text.text)
    for name in ("drill", "talk"):
        if name not in keeps and words[name].search(text.text, first, last):
            return not urgent
    if "complaint" not in keeps and words["complaint"].search(text.text, first, last):
        return not urgent and not _is_witness(text, start, end)
    clause, clause_end = text.clause(start, end)
    if words["talk_near"].search(text.text, clause, clause_end):
        return not urgent
    return bool(words["thing_after"].match(text.text, end)) and not urgent


def _is_witness(text: Prepared, start: int, end: int) -> bool:
    """She says what she herself smells, sees, hears: 我闻到煤气味怎么处理 asks for help."""
    first, _ = text.sentence(start, end)
    return bool(context()["witness"].search(text.text, first, end))


def _is_now(text: Prepared, start: int, end: int) -> bool:
    """A word of now up to the end of its clause: in "去年困过，现在都怕" the now is of something else."""
    first, _ = text.sentence(start, end)
    _, last = text.clause(start, end)
    return bool(context()["now"].search(text.text, first, last) or context()["cry"].search(text.text))


def _is_elsewhen(text: Prepared, start: int, end: int, keeps: frozenset[str]) -> bool:
    first, last = text.sentence(start, end)
    names = [name for name in ("past", "recent", "habit") if name not in keeps]
    return any(context()[name].search(text.text, first, last) for name in names)


def _is_unsure(text: Prepared, start: int, end: int) -> bool:
    return bool(context()["unsure"].search(text.text, *text.clause(start, end)))


def _is_question(text: Prepared, start: int, end: int) -> bool:
    """着火怎么办 asks; 着火了怎么办 tells."""
    words = context()
    clause, _ = text.clause(start, end)
    asks = words["what_to_do"].match(text.text, end)
    return bool(asks) and not words["done"].search(text.text, clause, end + 1)
