"""What a prepared message speaks of: the ideas of `nlu_data/lexicons/emergency/ideas.txt`, by their words.

`name = word word …`, `#` opens a comment. A word may stand for several ideas. The second voice weighs which
ideas stand together and which stand close; a new word for an old idea needs no rule and no code.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from bot.language.lexicon import FOLDER

_FILE = FOLDER / "emergency" / "ideas.txt"
_CLOSE = 6
"""Characters between two words that stand close."""

Spots = dict[str, list[tuple[int, int]]]


def ideas(text: str) -> Spots:
    """Each idea of `text`, in the order of first mention, with the spans of its words."""
    words, lengths = _words()
    found: Spots = {}
    for start, sign in enumerate(text):
        for length in lengths.get(sign, ()):
            word = text[start : start + length]
            for name in words.get(word, ()) if len(word) == length else ():
                found.setdefault(name, []).append((start, start + length))
    return found


def features(text: str) -> set[str]:
    """The ideas of `text` as `<a>`, two of them as `<a+b>`, two that stand close as `<a~b>` as well; `<a>b>`
    and `<a>>b>` are two in the order they are told, one after the other and the next but one."""
    found = ideas(text)
    told = {f"<{name}>" for name in found} | _in_order(found)
    for first, second in combinations(sorted(found), 2):
        told.add(f"<{first}+{second}>")
        if _close(found[first], found[second]):
            told.add(f"<{first}~{second}>")
    return told


def _in_order(found: Spots) -> set[str]:
    names = [name for _, _, name in sorted((*span, name) for name, spans in found.items() for span in spans)]
    pairs = (names[place : place + 2] for place in range(len(names) - 1))
    apart = (names[place : place + 3 : 2] for place in range(len(names) - 2))
    return {">".join(pair).join("<>") for pair in pairs} | {">>".join(pair).join("<>") for pair in apart}


def _close(these: list[tuple[int, int]], those: list[tuple[int, int]]) -> bool:
    return any(s2 - e1 <= _CLOSE and s1 - e2 <= _CLOSE for s1, e1 in these for s2, e2 in those)


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[int, ...]]]:
    """The ideas of each word, and how long the words are that begin with a character."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        name, _, words = line.split("#", 1)[0].partition("=")
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), name.strip())
    lengths: dict[str, set[int]] = {}
    for word in found:
        lengths.setdefault(word[0], set()).add(len(word))
    return found, {sign: tuple(sorted(of_words)) for sign, of_words in lengths.items()}
