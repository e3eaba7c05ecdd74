"""Her own words read back to her as a question (R8): spans of what she wrote, nothing added but the pronouns.

Clauses that only press us, vent or wish are left out of it; they are kept in the case as she wrote them.
"""

import re
from functools import cache

from actions.said import clauses_of, found, says
from bot.desk.wording.words import Words
from bot.language.clauses import without_particles
from bot.language.lexicon import entries
from bot.language.neighbours import find_neighbour
from bot.language.normalise import normalise
from bot.language.rooms import find_homes
from bot.language.when.phrases import find_times

LONGEST = 60
"""Characters read back: a letter is not repeated, its facts are."""
_LIST = "complaint"
_EDGES = " ,，.。;；:：!！?？~～…-—\n\t"
_LEFT_OUT = ("to_us", "wish", "anonymous")
_ONLY_TIME = re.compile(r"^(?:已经|都|就|也|这都|都已经)+|了$")


def mirror(text: str, words: Words) -> str:
    """Return what she said, to stand between 您说的是 and 对吗; "" where she told no fact."""
    told = [clause for clause in facts_of(text) if not says("vent", clause, of=_LIST)]
    read_back = [_read_back(clause, words) for clause in _most_telling(told)]
    return "，".join(clause for clause in read_back if clause)


def facts_of(text: str) -> list[str]:
    """Return the clauses that tell what happened, in her words and order; all of them where none does."""
    clauses = [_unframed(clause) for clause in clauses_of(text)]
    clauses = [clause for clause in clauses if len(clause) > 1]
    return [clause for clause in clauses if not _is_left_out(clause)] or clauses


def wish_in(text: str) -> str | None:
    """Return the clauses that say what she expects, None for none."""
    wishes = [
        clause.strip(_EDGES) for clause in clauses_of(text) if says("wish", _unframed(clause), of=_LIST)
    ]
    return "，".join(wishes) or None


def turned_round(text: str) -> str:
    """Return her words as we say them to her: 我家 is 您家, 你们 is 我们."""
    # Each way of turning is a group of its own: the one that matched says what stands there then.
    return _pronouns().sub(lambda match: entries("mirror")[int(match.lastindex or 1) - 1][1], text)


def _unframed(clause: str) -> str:
    clause = clause.strip(_EDGES)
    for _ in range(3):
        frame = found("frame", clause, of=_LIST)
        at = clause.find(frame) if frame else -1
        if at not in (0, len(clause) - len(frame)) or not frame:
            return clause
        clause = clause.replace(frame, "", 1).strip(_EDGES)
    return clause


def _is_left_out(clause: str) -> bool:
    return any(says(kind, clause, of=_LIST) for kind in _LEFT_OUT) and not _names(clause)


def _names(clause: str) -> bool:
    """Does a clause that presses us tell a fact besides ("楼上1301半夜打孔能不能管管")?"""
    pressing = found("to_us", clause, of=_LIST)
    rest = clause.replace(pressing, "").strip(_EDGES) if pressing else ""
    return len(rest) >= 2 and _weight(rest) > 0


def _weight(clause: str) -> int:
    """How much a clause tells: whose home, when and how often, of what."""
    home = bool(find_homes(clause) or find_neighbour(clause))
    return 2 * home + 2 * bool(find_times(clause)) + bool(_cues().search(normalise(clause)))


@cache
def _cues() -> re.Pattern[str]:
    topics = ("noise", "renovation", "cleaning", "security", "parking", "pets", "smell", "falling", "illegal")
    return re.compile("|".join(word for word, kind in entries("cue") if kind in topics))


def _most_telling(clauses: list[str]) -> list[str]:
    """As many of them as are read back at once, the ones with most facts, in her order."""
    chosen: set[int] = set()
    room = LONGEST
    for index in sorted(range(len(clauses)), key=lambda one: (-_weight(clauses[one]), one)):
        size = len(clauses[index])
        if size <= room or not chosen:
            chosen.add(index)
            room -= size
    return [clauses[index] for index in sorted(chosen)]


def _read_back(clause: str, words: Words) -> str:
    """One clause: pressing words and particles off, a room called one, a mere repetition made a sentence."""
    for kind in ("to_us", "insult"):
        taken = found(kind, clause, of=_LIST)
        clause = clause.replace(taken, "").strip(_EDGES) if taken and len(taken) < len(clause) - 1 else clause
    clause = _with_room(without_particles(clause), words)[: 2 * LONGEST]
    if _is_only_time(time := _ONLY_TIME.sub("", clause)):
        return words.label("mirror", "already").format(time=time)
    return turned_round(clause)


def _is_only_time(clause: str) -> bool:
    times = find_times(clause)
    return bool(times) and len(times[0].value) == len(clause)


def _with_room(clause: str, words: Words) -> str:
    """ "3301在装修" is read back as the room it is."""
    one = find_neighbour(clause)
    if one is None or one.room is None or find_homes(clause):
        return clause
    said = clause[one.start : one.end]
    if not said[-1].isdigit():
        return clause
    return f"{clause[: one.start]}{words.label('mirror', 'room').format(room=said)}{clause[one.end :]}"


@cache
def _pronouns() -> re.Pattern[str]:
    return re.compile("|".join(f"({pattern})" for pattern, _ in entries("mirror")))
