"""Which things one message wants: its clauses are read one by one, and only a clear second one counts.

Most messages hold one matter in several clauses ("电梯又坏了，第三次了"); a clause is one of its own
only when it is sure by itself, of another topic, and no mere frame (urging, threatening) of the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.understanding.pieces import CONNECTOR, SENTENCE_END, Piece, clauses, sentences

FRAMES = frozenset(
    {
        "complaint/slow", "complaint/other", "complaint/management", "fee/refuse",
        "fee/other", "fee/why_pay", "repair/other", "inquiry/other",
    }
)  # fmt: skip
"""Labels that often only frame another matter; never a second one."""
ALONE = frozenset({"repair", "complaint", "fee", "inquiry", "suggestion", "praise", "status", "cancel"})
"""First-level intents that can stand beside another."""
SHORTEST = 4
MOST = 4
MOST_PARTS = 16
"""A text in more parts than these is not looked through: reading each costs about 12 ms."""
LONG = 100
"""Characters from which a text is a letter: many clauses that only tell the story of one matter."""
SURE_AFTER = {"connector": 0.6, "sentence": 0.85, "comma": 0.95}
"""How sure a clause must be to begin a matter of its own, by what parts it from the words before."""
SURE_IN_LETTER = {"connector": 0.85, "sentence": 0.985}


@dataclass(frozen=True)
class Matter:
    """One thing wanted, at text[start:end]."""

    intent: str
    category: str | None
    start: int
    end: int
    confidence: float

    def as_dict(self) -> dict[str, object]:
        """The matter as a parse shows it."""
        return {
            "intent": self.intent,
            "category": self.category,
            "span": [self.start, self.end],
            "confidence": round(self.confidence, 4),
        }


_BETWEEN = " \t\n\r,，、。.;；"
"""What may stand between a matter and a fact beside it."""


@dataclass(frozen=True)
class Judged:
    """The best label of a clause, how sure it is, and how sure its first level is.

    "水管漏水" may be water or leak, and is surely a repair: beside a matter of another kind both count.
    """

    label: str
    confidence: float
    of_intent: float

    def beside(self, label: str | None) -> float:
        """How sure it is that this is another matter than `label` (None: the first one)."""
        same_kind = label is not None and split_label(label)[0] == split_label(self.label)[0]
        return self.confidence if same_kind else (self.confidence + self.of_intent) / 2


Sure = Mapping[str, float]
Judge = Callable[[Sequence[str]], list[Judged]]
Glance = Callable[[Sequence[str]], list[set[str]]]
"""Labels that a cheap look finds possible for each text."""


def split_label(label: str) -> tuple[str, str | None]:
    """Part "repair/lift" into intent and category."""
    intent, _, category = label.partition("/")
    return intent, category or None


def find_matters(text: str, label: str, confidence: float, judge: Judge, glance: Glance) -> list[Matter]:
    """The matters of a text whose best label as a whole is known; at least one, in the order of the text.

    The parts are judged only where the glance finds it possible that one is of another topic.
    """
    whole = [Matter(*split_label(label), 0, len(text), confidence)]
    letter = len(text) > LONG
    parts = _parts(text, sentences(text) if letter else clauses(text))
    if not 2 <= len(parts) <= MOST_PARTS or split_label(label)[0] not in ALONE:
        return whole
    texts = [part.piece.text for part in parts]
    if not any(_counts(other, 1.0, 0.0) for labels in glance(texts) for other in labels - {label}):
        return whole
    judged = judge(texts)
    runs = _merged(_runs(parts, judged, SURE_IN_LETTER if letter else SURE_AFTER))
    if len(runs) < 2 or (letter and label not in {run.label for run in runs}):
        return whole
    return [_matter(run) for run in runs[:MOST]]


def widened(matter: Matter, text: str, words: str) -> Matter:
    """The matter with the facts beside it: a home or phone stands where `words` is blank and `text` not.

    Facts behind a matter are its own, those before it only at the beginning of the text.
    """
    start = 0 if not words[: matter.start].strip(_BETWEEN) else matter.start
    end = matter.end
    while end < len(words) and words[end] in _BETWEEN:
        end += 1
    while start < matter.start and text[start] in _BETWEEN:
        start += 1
    while end > matter.end and text[end - 1] in _BETWEEN:
        end -= 1
    return replace(matter, start=start, end=end)


@dataclass(frozen=True)
class _Part:
    piece: Piece
    border: str
    """What parts it from the words before: connector, sentence or comma."""


@dataclass(frozen=True)
class _Run:
    label: str
    confidence: float
    start: int
    end: int


def _parts(text: str, pieces: Sequence[Piece]) -> list[_Part]:
    """Pieces with their borders, those too short to say anything joined to the one before."""
    found: list[_Part] = []
    for piece in pieces:
        if found and len(piece.text) < SHORTEST:
            before = found.pop()
            joined = Piece(text[before.piece.start : piece.end], before.piece.start, piece.end)
            found.append(_Part(joined, before.border))
            continue
        between = text[found[-1].piece.end : piece.start] if found else ""
        if CONNECTOR.match(piece.text):
            found.append(_Part(piece, "connector"))
        else:
            found.append(_Part(piece, "sentence" if SENTENCE_END.search(between) else "comma"))
    return found


def _counts(label: str, confidence: float, least: float) -> bool:
    return confidence >= least and label not in FRAMES and split_label(label)[0] in ALONE


def _runs(parts: Sequence[_Part], judged: Sequence[Judged], sure: Sure) -> list[_Run]:
    """Neighbouring clauses of one label become one; unsure ones belong to the matter before them."""
    runs: list[_Run] = []
    for part, clause in zip(parts, judged, strict=True):
        piece, last = part.piece, runs[-1] if runs else None
        label, confidence = clause.label, clause.beside(last.label if last else None)
        least = sure[part.border] if last else min(sure.values())
        if last and (label == last.label or not _counts(label, confidence, least)):
            best = max(last.confidence, confidence if label == last.label else 0.0)
            runs[-1] = _Run(last.label, best, last.start, piece.end)
        elif _counts(label, confidence, least):
            runs.append(_Run(label, confidence, piece.start, piece.end))
    return runs


def _merged(runs: Sequence[_Run]) -> list[_Run]:
    """One run a label: the same matter taken up again later is still one."""
    first: dict[str, _Run] = {}
    for run in runs:
        first.setdefault(run.label, run)
    return list(first.values())


def _matter(run: _Run) -> Matter:
    intent, category = split_label(run.label)
    return Matter(intent, category, run.start, run.end, run.confidence)
