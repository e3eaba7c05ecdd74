"""`python -m bot.understanding.emergency_training`: make the second voice of the emergency check anew.

Learns from our lists of emergencies and look-alikes (tests/language/emergencies, never the held-out ones)
and from the training sentences, as character n-grams of the prepared text, with a logistic regression;
writes `nlu_data/lexicons/emergency/voice.txt`, which plain Python reads (bot/language/emergency_voice.py).
Run it by hand after the lists have grown; its figures stand in docs/emergencies.md.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.language.emergency import find_emergency_by_rules
from bot.language.emergency_context import speaks_of_elsewhen
from bot.language.emergency_lexicon import KINDS
from bot.language.emergency_text import prepare
from bot.language.emergency_voice import FILE, LONGEST, grams
from bot.language.lexicon import FOLDER

LISTS = FOLDER.parents[1] / "tests" / "language" / "emergencies"
SENTENCES = FOLDER.parent / "nlu"
STRENGTH = 0.5
SMALLEST = 0.03
"""Weights below this change nothing and are left out."""
SEEN = 2
FALSE_ALARMS = 0.005
"""Share of look-alikes, left out in turn, that the second voice may take for an emergency."""


def main() -> None:
    """Learn and write the file."""
    told, plain = list(emergencies()), [*lookalikes(), *sentences()]
    prepared = [prepare(text) for text in [*(text for text, _ in told), *plain]]
    texts = [one.text for one in prepared]
    names = _vocabulary(texts)
    rows = _rows(texts, names)
    wanted = np.array([1] * len(told) + [0] * len(plain))
    hard = len(told) + len(list(lookalikes()))
    heard = np.array([not speaks_of_elsewhen(one) for one in prepared])
    threshold, caught = _threshold(rows, wanted, heard, hard)
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(rows, wanted)
    kinds = _kind_scores(rows[: len(told)], [kind for _, kind in told])
    FILE.write_text(
        _written(names, model.coef_[0], float(model.intercept_[0]) - threshold, kinds), encoding="utf-8"
    )
    print(
        f"{len(told)} emergencies, {hard - len(told)} look-alikes, {len(plain) - hard + len(told)} sentences"
    )
    print(f"threshold {threshold:.2f}: finds {caught:.0%} of the emergencies that are left out in turn")


def emergencies() -> Iterator[tuple[str, str]]:
    """Texts of our list with their (first) kind; a bare cry for help is of no kind and left out."""
    for line in _lines(LISTS / "real.txt"):
        text, kinds, _ = line.split("\t")
        if kinds.count("|") < len(KINDS) - 1:
            yield text, kinds.split("|")[0]


def lookalikes() -> Iterator[str]:
    """Texts that only look like emergencies."""
    yield from _lines(LISTS / "lookalikes.txt")


def sentences() -> Iterator[str]:
    """What residents write about everything else; what the rules take for an emergency is left out."""
    for file in sorted(SENTENCES.rglob("*.yml")):
        for example in RasaYAMLReader().read(str(file)).training_examples:
            text = example.get("text") or ""
            if text and find_emergency_by_rules(text) is None:
                yield text


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def _vocabulary(texts: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        for gram in grams(text):
            counts[gram] = counts.get(gram, 0) + 1
    return {gram: place for place, gram in enumerate(sorted(g for g, n in counts.items() if n >= SEEN))}


def _rows(texts: list[str], names: dict[str, int]):  # type: ignore[no-untyped-def]  # scipy has no types
    from scipy.sparse import csr_matrix

    places = [sorted(names[gram] for gram in grams(text) if gram in names) for text in texts]
    ends = np.cumsum([0, *map(len, places)])
    return csr_matrix(
        (np.ones(ends[-1]), np.concatenate([np.array(p, int) for p in places]), ends),
        shape=(len(texts), len(names)),
    )


def _threshold(rows, wanted, heard, hard: int) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """The score that FALSE_ALARMS of the look-alikes (first `hard` rows) exceed when left out, and the
    share of the emergencies above it. `heard` marks texts the context does not silence."""
    scores = np.zeros(len(wanted))
    for learnt, left in StratifiedKFold(5, shuffle=True, random_state=7).split(rows, wanted):
        model = LogisticRegression(C=STRENGTH, max_iter=500).fit(rows[learnt], wanted[learnt])
        scores[left] = model.decision_function(rows[left])
    plain = wanted[:hard] == 0
    wrong = np.sort(scores[:hard][plain & heard[:hard]])
    threshold = float(wrong[-1 - int(plain.sum() * FALSE_ALARMS)])
    return threshold, float((heard & (scores > threshold))[wanted == 1].mean())


def _kind_scores(rows, kinds: list[str]):  # type: ignore[no-untyped-def]
    """Naive Bayes over the kinds: one row a kind, how much each gram speaks for it."""
    counts = np.vstack(
        [
            np.asarray(rows[[place for place, one in enumerate(kinds) if one == kind]].sum(axis=0))[0]
            for kind in KINDS
        ]
    )
    chances = np.log((counts + 0.3) / (counts.sum(axis=1, keepdims=True) + 0.3 * counts.shape[1]))
    told = counts.sum(axis=0) >= SEEN
    return np.where(told, chances - chances.mean(axis=0), 0.0)


def _written(names: dict[str, int], weights, bias: float, kinds) -> str:  # type: ignore[no-untyped-def]
    lines = [
        "# The second voice: made by `python -m bot.understanding.emergency_training`, not by hand.",
        "# gram, tab, hundredths of its weight, tab, tenths for each kind: " + " ".join(KINDS),
        f"\t{round(bias * 100)}\t",
    ]
    for gram, place in names.items():
        if abs(weights[place]) >= SMALLEST:
            votes = [round(float(vote) * 10) for vote in kinds[:, place]]
            told = " ".join(map(str, votes)) if any(votes) else ""
            lines.append(f"{gram}\t{round(weights[place] * 100)}\t{told}")
    return "\n".join(lines) + "\n"


assert LONGEST == 3  # the file's size and the figures hold for this

if __name__ == "__main__":
    main()
