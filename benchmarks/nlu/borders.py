"""`python -m benchmarks.nlu.borders`: the weights of bot/understanding/intents/borders.py, made anew.

A clause of another topic begins a further matter, or not: learnt from training sentences read by voices
that had them left out, alone (no clause begins one) and joined two by two with words people join with, and
from the messages of nlu_data/matters/borders.txt, which count more because somebody wrote them. How well they
fit goes to stderr; the honest figures come from tests/nlu/matters.yml, which nothing is learnt from.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.server import launcher

launcher.prepare()

import numpy as np  # noqa: E402  (Rasa is imported prepared)
import numpy.typing as npt  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import StratifiedGroupKFold  # noqa: E402

from benchmarks.nlu.material import Material, material, paraphrases  # noqa: E402
from benchmarks.nlu.trial import say  # noqa: E402
from bot.understanding.encoder import encoder  # noqa: E402
from bot.understanding.intents.borders import FEATURES, Border  # noqa: E402
from bot.understanding.intents.classifier import learnt  # noqa: E402
from bot.understanding.intents.matters import (  # noqa: E402
    ALONE,
    FRAMES,
    LONG,
    MOST_PARTS,
    Judged,
    may_stand_beside,
    parts_of,
    split_label,
)
from bot.understanding.intents.voices import Reading, Voices  # noqa: E402
from bot.understanding.sentence_vectors import kept_vectors  # noqa: E402
from bot.understanding.signs import signs  # noqa: E402
from tests.nlu.sentences import training  # noqa: E402

FILE = Path(__file__).resolve().parents[2] / "nlu_data" / "matters" / "borders.txt"
WRITTEN_COUNT = 15.0
"""How much a written message counts beside a joined one."""
JOINED = 500
"""Pairs of sentences in each of the three parts."""
JOINTS = (
    "，另外", "。另外", "，还有", "。还有", "，顺便问一下", "，顺便", "。", "，", "，", "，", " ", "；",
    "。再就是", "，对了，", "，还想问下", "。此外", "，再一个", "还有", "另外", "，同时", "，而且",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A message, its labels in order, and the places where each further one begins."""

    text: str
    labels: tuple[str, ...]
    begins: tuple[int, ...] = ()
    count: float = 1.0

    def label_at(self, start: int, end: int) -> tuple[str, str | None]:
        """The label of the words there, and the one before it where a matter begins there."""
        place = sum(start >= begin - 1 and end > begin + 1 for begin in self.begins)
        begun = any(abs(start - begin) <= 2 for begin in self.begins)
        return self.labels[place], self.labels[place - 1] if begun else None


def written() -> Iterator[Told]:
    """The messages of the file."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            labels, _, text = line.partition("\t")
            parts = text.split("|")
            begins = np.cumsum([len(part) for part in parts[:-1]])
            yield Told("".join(parts), tuple(labels.split(",")), tuple(map(int, begins)), WRITTEN_COUNT)


def main() -> None:
    """Print the weights."""
    known = material(training())
    numbers = np.array([sorted(set(known.labels)).index(label) for label in known.labels])
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=3)
    chance = random.Random(5)
    rows: list[tuple[tuple[float, ...], bool, float]] = []
    for learns, left in folds.split(numbers, numbers, paraphrases(known.sentences)):
        voices = learnt(known.reading.rows(learns), [known.labels[place] for place in learns])
        told = [*_joined(known.rows(left), chance), *_alone(known.rows(left))]
        rows += _borders(voices, told)
        say(f"{len(rows)} borders")
    rows += _borders(learnt(known.reading, known.labels), list(written()))
    _fit(rows)


def _alone(left: Material) -> Iterator[Told]:
    for text, label in zip(left.reading.texts, left.labels, strict=True):
        yield Told(text, (label,))


def _joined(left: Material, chance: random.Random) -> Iterator[Told]:
    texts = left.reading.texts
    short = [
        place
        for place, label in enumerate(left.labels)
        if 5 <= len(texts[place]) <= 30 and label not in FRAMES and split_label(label)[0] in ALONE
    ]
    for _ in range(JOINED):
        one, other = chance.sample(short, 2)
        if left.labels[one] != left.labels[other]:
            begin = texts[one].strip().rstrip("。！!？?，, ")
            whole = f"{begin}{chance.choice(JOINTS)}{texts[other].strip()}"
            yield Told(whole, (left.labels[one], left.labels[other]), (len(begin),))


def _borders(voices: Voices, told: Sequence[Told]) -> list[tuple[tuple[float, ...], bool, float]]:
    """What is known of each clause of another topic, whether it begins a matter, and how much it counts."""
    cut = [(one, parts_of(one.text)) for one in told]
    cut = [(one, parts) for one, parts in cut if 2 <= len(parts) <= MOST_PARTS]
    judged = iter(_judged(voices, [part.piece.text for _, parts in cut for part in parts]))
    rows = []
    for one, parts in cut:
        clauses = [next(judged) for _ in parts]
        first = clauses[0].label if may_stand_beside(clauses[0].label) else one.labels[0]
        for place, (part, clause) in enumerate(zip(parts, clauses, strict=True)):
            meant, before = one.label_at(part.piece.start, part.piece.end)
            current = before or (meant if one.begins else first)
            if not place or clause.label == current or not may_stand_beside(clause.label):
                continue
            begins = before is not None and clause.label == meant
            if before and not begins and split_label(clause.label)[0] == split_label(meant)[0]:
                continue  # near enough to the truth to teach nothing
            border = Border(
                part.piece.text,
                part.border,
                clause.beside(current),
                len(parts),
                len(one.text) > LONG,
                clauses[place - 1].label == current,
            )
            rows.append((border.features(), begins, one.count))
    return rows


def _judged(voices: Voices, texts: Sequence[str]) -> list[Judged]:
    model = encoder()
    assert model is not None
    chances = voices.chances(Reading(texts, np.stack(kept_vectors(model, texts)), signs(texts)))
    firsts = np.array([split_label(label)[0] for label in voices.labels])
    found = []
    for row in chances:
        sums = {first: float(row[firsts == first].sum()) for first in set(firsts)}
        first = max(sums, key=lambda name: sums[name])
        best = int(np.where(firsts == first, row, -1.0).argmax())
        found.append(Judged(voices.labels[best], float(row[best]), sums[first]))
    return found


def _fit(rows: Sequence[tuple[tuple[float, ...], bool, float]]) -> None:
    features: npt.NDArray[np.float64] = np.array([row[0] for row in rows])
    begins = np.array([row[1] for row in rows])
    model = LogisticRegression(max_iter=3000).fit(features, begins, [row[2] for row in rows])
    print(f"FEATURES = {FEATURES}")
    print(f"WEIGHTS = {tuple(round(float(one), 2) for one in model.coef_[0])}")
    print(f"BIAS = {model.intercept_[0]:.2f}")
    chance = model.predict_proba(features)[:, 1]
    for least in (0.4, 0.5, 0.55, 0.6, 0.7):
        said = chance >= least
        say(
            f"from {least}: {said[begins].mean():.2f} of the beginnings, {said[~begins].mean():.3f} of others"
        )


if __name__ == "__main__":
    main()
