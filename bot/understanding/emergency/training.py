"""`python -m bot.understanding.emergency.training`: make the second voice of the emergency check anew.

Learns from our lists of emergencies and look-alikes (tests/language/emergencies, never the held-out ones)
and from the training sentences, as pieces and ideas of the prepared text, with a logistic regression;
writes `nlu_data/lexicons/emergency/voice.txt`, which plain Python reads (bot/language/emergency/voice.py).
Run it by hand after the lists have grown; its figures stand in docs/emergencies.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.language.emergency.check import find_emergency_by_rules
from bot.language.emergency.lexicon import KINDS
from bot.language.emergency.text import prepare
from bot.language.emergency.voice import FEWEST_PIECES, FILE, LONGEST, READS, pieces
from bot.language.lexicon import FOLDER

LISTS = FOLDER.parents[1] / "tests" / "language" / "emergencies"
SENTENCES = FOLDER.parent / "nlu"
STRENGTH = 100.0
SMALLEST = 0.1
"""Weights below this change nothing and are left out."""
EMERGENCY, LOOKALIKE, SENTENCE = 1.0, 2.0, 0.5
"""How much one text counts: a look-alike shows where the border is, a sentence is one of very many."""
SEEN = 2
KIND_STRENGTH = 10.0
FAINT = 2
"""Tenths; a piece that speaks for no kind more than this is left without votes."""


def main() -> None:
    """Learn and write the file."""
    told, hard = list(emergencies()), list(lookalikes())
    plain = [*hard, *sentences()]
    texts = [prepare(text).text[:READS] for text in [*(text for text, _ in told), *plain]]
    heard = [pieces(text) for text in texts]
    names = _vocabulary(heard)
    rows = _rows(heard, names)
    wanted = np.array([1] * len(told) + [0] * len(plain))
    counts = np.full(len(texts), SENTENCE)
    counts[: len(told)], counts[len(told) : len(told) + len(hard)] = EMERGENCY, LOOKALIKE
    model = _fitted(rows, wanted, counts)
    kinds = _kind_model(rows[: len(told)], [kind for _, kind in told])
    FILE.write_text(_written(names, model, kinds), encoding="utf-8")
    print(f"{len(told)} emergencies, {len(plain)} others, {len(names)} pieces")
    _report(rows, wanted, counts, len(told) + len(hard))


def emergencies() -> Iterator[tuple[str, str]]:
    """Texts of our list with their (first) kind; "" for a bare cry for help, which is of no kind."""
    for line in _lines(LISTS / "real.txt"):
        text, kinds, _ = line.split("\t")
        yield text, kinds.split("|")[0] if kinds.count("|") < len(KINDS) - 1 else ""


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


def _vocabulary(heard: list[set[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in heard:
        for piece in found:
            counts[piece] = counts.get(piece, 0) + 1
    return {piece: place for place, piece in enumerate(sorted(p for p, n in counts.items() if n >= SEEN))}


def _rows(heard: list[set[str]], names: dict[str, int]) -> Any:  # scipy and scikit-learn have no types
    from scipy.sparse import csr_matrix

    places = [sorted(names[piece] for piece in found if piece in names) for found in heard]
    ends = np.cumsum([0, *map(len, places)])
    sizes = [max(len(found), FEWEST_PIECES) for found in heard]
    shares = [np.full(len(known), 1 / np.sqrt(size)) for known, size in zip(places, sizes, strict=True)]
    return csr_matrix(
        (np.concatenate(shares), np.concatenate([np.array(p, int) for p in places]), ends),
        shape=(len(heard), len(names)),
    )


def _fitted(rows: Any, wanted: NDArray[Any], counts: NDArray[Any]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=3000).fit(rows, wanted, sample_weight=counts)


def _report(rows: Any, wanted: NDArray[Any], counts: NDArray[Any], hard: int) -> None:
    """What the voice alone is worth on texts left out in turn; the first `hard` rows are our lists."""
    scores = np.zeros(len(wanted))
    for learnt, left in StratifiedKFold(5, shuffle=True, random_state=7).split(rows, wanted):
        model = _fitted(rows[learnt], wanted[learnt], counts[learnt])
        scores[left] = model.decision_function(rows[left])
    for limit in (-2.0, -1.0, 0.0, 0.5, 1.0):
        above = scores > limit
        plain = above[:hard][wanted[:hard] == 0]
        print(
            f"above {limit:+.1f}: {above[wanted == 1].mean():.1%} of the emergencies, "
            f"{plain.mean():.1%} of the look-alikes, {above[hard:].mean():.2%} of the sentences"
        )


def _kind_model(rows: Any, kinds: list[str]) -> LogisticRegression:
    """Which kind it is, learnt from the emergencies alone; a bare cry for help is of none."""
    of_one = [place for place, kind in enumerate(kinds) if kind]
    return LogisticRegression(C=KIND_STRENGTH, max_iter=500).fit(
        rows[of_one], [KINDS.index(kinds[place]) for place in of_one]
    )


def _written(names: dict[str, int], model: LogisticRegression, kinds: LogisticRegression) -> str:
    weights = model.coef_[0]
    lines = [
        "# The second voice: made by `python -m bot.understanding.emergency.training`, not by hand.",
        "# piece, tab, hundredths of its weight, tab, tenths for each kind: " + " ".join(KINDS),
        f"\t{round(float(model.intercept_[0]) * 100)}\t{_votes(kinds.intercept_)}",
    ]
    for piece, place in names.items():
        told = _votes(kinds.coef_[:, place])
        if told or abs(weights[place]) >= SMALLEST:
            lines.append(f"{piece}\t{round(weights[place] * 100)}\t{told}")
    return "\n".join(lines) + "\n"


def _votes(of_kinds: NDArray[Any]) -> str:
    """Tenths for each kind, or nothing where the piece speaks for none."""
    votes = [round(float(vote) * 10) for vote in of_kinds]
    return " ".join(map(str, votes)) if max(map(abs, votes)) > FAINT else ""


assert LONGEST == 3  # the file's size and the figures hold for this

if __name__ == "__main__":
    main()
