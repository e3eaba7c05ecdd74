"""Which things one message wants: its clauses are read one by one, and only a clear second one counts.

Most messages hold one matter in several clauses ("电梯又坏了，第三次了"); a clause is one of its own
only when it is sure by itself, of another topic, and no mere frame (urging, threatening) of the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.language.lexicon import words
from bot.understanding.intents.borders import Border
from bot.understanding.pieces import CONNECTOR, ONLY_CONNECTS, SENTENCE_END, Piece, clauses, sentences

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
OPENS = 0.4
"""Below it the first words are no matter of their own where the whole message is sure to be another."""
LONG = 100
"""Characters from which a text is a letter: many clauses that only tell the story of one matter."""


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
    parts = parts_of(text)
    if not 2 <= len(parts) <= MOST_PARTS or split_label(label)[0] not in ALONE:
        return whole
    texts = [part.piece.text for part in parts]
    if not any(may_stand_beside(other) for labels in glance(texts) for other in labels - {label}):
        return whole
    runs = _without_outburst(_merged(_runs(parts, judge(texts), letter=letter, label=label)), label)
    if len(runs) < 2 or (letter and label not in {run.label for run in runs}):
        return whole
    return [_matter(run) for run in runs[:MOST]]


def may_stand_beside(label: str) -> bool:
    """Can this label be a matter beside others?"""
    return label not in FRAMES and split_label(label)[0] in ALONE


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
class Part:
    """A clause, or clauses too short to say anything alone."""

    piece: Piece
    border: str
    """What parts it from the words before: connector, sentence, space or comma."""


@dataclass(frozen=True)
class _Run:
    label: str
    confidence: float
    start: int
    end: int


def parts_of(text: str) -> list[Part]:
    """Clauses with their borders, of a letter sentences; what is too short is joined to the one before,
    and what follows the bare name of a thing ("水龙头 滴滴答答") is said of it."""
    found: list[Part] = []
    told = False
    for piece in sentences(text) if len(text) > LONG else clauses(text):
        announced, told = told, bool(ONLY_CONNECTS.fullmatch(piece.text))
        if told:
            continue
        if announced:
            found.append(Part(piece, "connector"))
            continue
        if found and (len(piece.text) < SHORTEST or found[-1].piece.text in _things()):
            before = found.pop()
            joined = Piece(text[before.piece.start : piece.end], before.piece.start, piece.end)
            found.append(Part(joined, before.border))
            continue
        between = text[found[-1].piece.end : piece.start] if found else ""
        found.append(Part(piece, "connector" if CONNECTOR.match(piece.text) else _parted_by(between)))
    return found


@lru_cache(maxsize=1)
def _things() -> frozenset[str]:
    return frozenset(words("facility"))


def _parted_by(between: str) -> str:
    if SENTENCE_END.search(between):
        return "sentence"
    return "space" if between and not between.strip() else "comma"


def _runs(parts: Sequence[Part], judged: Sequence[Judged], *, letter: bool, label: str) -> list[_Run]:
    """Neighbouring clauses of one label become one; what begins no matter belongs to the one before it."""
    runs: list[_Run] = []
    for place, (part, clause) in enumerate(zip(parts, judged, strict=True)):
        piece = part.piece
        if not runs:
            if may_stand_beside(clause.label):
                runs.append(_Run(clause.label, clause.confidence, piece.start, piece.end))
            continue
        last = runs[-1]
        if clause.label != last.label and may_stand_beside(clause.label):
            behind = judged[place - 1].label == last.label
            sure = clause.beside(last.label)
            if Border(piece.text, part.border, sure, len(parts), letter, behind).begins_matter():
                runs.append(_Run(clause.label, sure, piece.start, piece.end))
                continue
        runs[-1] = _longer(last, clause, piece.end, label if len(runs) == 1 else None)
    return runs


def _longer(run: _Run, clause: Judged, end: int, whole: str | None) -> _Run:
    """The run with one more clause; the label of the whole message is better than an unsure first one."""
    if clause.label in (run.label, whole) and clause.confidence > run.confidence:
        return _Run(clause.label, clause.confidence, run.start, end)
    return replace(run, end=end)


def _merged(runs: Sequence[_Run]) -> list[_Run]:
    """One run a label: the same matter taken up again later is still one."""
    first: dict[str, _Run] = {}
    for run in runs:
        first.setdefault(run.label, run)
    return list(first.values())


def _without_outburst(runs: list[_Run], label: str) -> list[_Run]:
    """What she is not sure to want, before the matter of the whole message, only opens it (死人吗！)."""
    if len(runs) < 2 or runs[0].confidence >= OPENS or label not in {run.label for run in runs[1:]}:
        return runs
    return [replace(runs[1], start=runs[0].start), *runs[2:]]


def _matter(run: _Run) -> Matter:
    intent, category = split_label(run.label)
    return Matter(intent, category, run.start, run.end, run.confidence)
