"""Which things one message wants: its clauses are read one by one, and only a clear second one counts.

Most messages hold one matter in several clauses ("电梯又坏了，第三次了，管不管"); a clause is one
of its own only when it is sure by itself, of another topic, and no mere frame (urging, threatening) of the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.understanding.pieces import Piece, clauses

FRAMES = frozenset(
    {
        "complaint/slow", "complaint/other", "complaint/management", "complaint/staff", "fee/refuse",
        "fee/other", "fee/why_pay", "repair/other", "inquiry/other",
    }
)  # fmt: skip
"""Labels that often only frame another matter; never a second one."""
ALONE = frozenset({"repair", "complaint", "fee", "inquiry", "suggestion", "praise", "status", "cancel"})
"""First-level intents that can stand beside another."""
SHORTEST = 4
SURE = 0.75
MOST = 4


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


Judge = Callable[[Sequence[str]], list[tuple[str, float]]]
"""Best label and its confidence for each text."""


def split_label(label: str) -> tuple[str, str | None]:
    """Part "repair/lift" into intent and category."""
    intent, _, category = label.partition("/")
    return intent, category or None


def find_matters(text: str, label: str, confidence: float, judge: Judge) -> list[Matter]:
    """The matters of a text whose best label as a whole is known; at least one, in the order of the text."""
    whole = [Matter(*split_label(label), 0, len(text), confidence)]
    pieces = _pieces(text)
    if len(pieces) < 2 or split_label(label)[0] not in ALONE:
        return whole
    runs = _runs(pieces, judge([piece.text for piece in pieces]))
    sure = [run for run in runs if _stands_alone(run.label, run.confidence)]
    if len({run.label for run in sure}) < 2 or label not in {run.label for run in sure}:
        return whole
    return [_matter(run, text) for run in _merged(sure)][:MOST]


@dataclass(frozen=True)
class _Run:
    label: str
    confidence: float
    start: int
    end: int


def _pieces(text: str) -> list[Piece]:
    """Clauses, with those too short to say anything joined to the one before."""
    joined: list[Piece] = []
    for clause in clauses(text):
        if joined and len(clause.text) < SHORTEST:
            before = joined.pop()
            joined.append(Piece(text[before.start : clause.end], before.start, clause.end))
        else:
            joined.append(clause)
    return joined


def _stands_alone(label: str, confidence: float) -> bool:
    return confidence >= SURE and label not in FRAMES and split_label(label)[0] in ALONE


def _runs(pieces: Sequence[Piece], judged: Sequence[tuple[str, float]]) -> list[_Run]:
    """Neighbouring clauses of one label become one; unsure ones belong to the matter before them."""
    runs: list[_Run] = []
    for piece, (label, confidence) in zip(pieces, judged, strict=True):
        last = runs[-1] if runs else None
        if last and (label == last.label or not _stands_alone(label, confidence)):
            best = max(last.confidence, confidence if label == last.label else 0.0)
            runs[-1] = _Run(last.label, best, last.start, piece.end)
        else:
            runs.append(_Run(label, confidence, piece.start, piece.end))
    return runs


def _merged(runs: Sequence[_Run]) -> list[_Run]:
    """One run a label: the same matter taken up again later is still one."""
    first: dict[str, _Run] = {}
    for run in runs:
        known = first.get(run.label)
        if known is None:
            first[run.label] = run
        elif run.confidence > known.confidence:
            first[run.label] = _Run(run.label, run.confidence, known.start, known.end)
    return list(first.values())


def _matter(run: _Run, text: str) -> Matter:
    intent, category = split_label(run.label)
    return Matter(intent, category, run.start, min(run.end, len(text)), run.confidence)
