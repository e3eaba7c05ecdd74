"""Makes the weights of the handbook's score anew (docs/handbook.md); in the environment of the Rasa side.

`python -m benchmarks.handbook`. Three kinds of questions teach it: a fifth of the ways people ask, left out
at a time and looked for with the others; questions no entry answers (nlu_data/handbook/elsewhere.yml, a fifth
of them left out as well); and the ways of asking for an entry while that entire entry is left out. The test's
questions are not read here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.handbook.learning import FOLDS, Case, Numbers, fitted, held_out_chances
from bot.understanding.server import launcher

launcher.prepare()

from bot.understanding.encoder import Encoder, encoder  # noqa: E402
from bot.understanding.handbook.chance import FEATURES, NONE_FEATURES  # noqa: E402
from bot.understanding.handbook.index import ELSEWHERE, HandbookIndex  # noqa: E402
from bot.understanding.sentence_vectors import kept_vectors  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
GONE_AT_A_TIME = 10
"""Tenths of the entries that are left out entirely."""
WEIGHT = {"ask": 1.0, "none": 3.0, "gone": 0.3}
"""How much one question of each kind counts: there are far more asks than questions without an entry."""
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)


def main() -> None:
    """Print what each threshold is worth, then the weights to copy into handbook_chance.py."""
    model = encoder()
    if model is None:
        raise SystemExit("the encoder is needed")
    entries = [
        entry
        for path in sorted((ROOT / "handbook").glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]
    ]
    none = yaml.safe_load(ELSEWHERE.read_text(encoding="utf-8"))
    cases = [*_left_out(entries, none, model), *_entry_gone(entries, none, model)]
    _show(cases, held_out_chances(cases))
    weights, none_weights = fitted(cases)
    print("FEATURES", FEATURES, "\nWEIGHTS =", tuple(weights.round(3).tolist()))
    print("NONE_FEATURES", NONE_FEATURES, "\nNONE_WEIGHTS =", tuple(none_weights.round(3).tolist()))


def _left_out(entries: Sequence[dict[str, Any]], none: Sequence[str], model: Encoder) -> list[Case]:
    cases = []
    for fold in range(FOLDS):
        kept = [
            {**one, "asks": [ask for place, ask in enumerate(one["asks"]) if place % FOLDS != fold]}
            for one in entries
        ]
        index = HandbookIndex(kept, model, [text for n, text in enumerate(none) if n % FOLDS != fold])
        asked = [(ask, one["key"]) for one in entries for ask in one["asks"][fold::FOLDS]]
        cases += _cases(index, "ask", asked, model)
        cases += _cases(index, "none", [(text, None) for text in none[fold::FOLDS]], model)
    return cases


def _entry_gone(entries: Sequence[dict[str, Any]], none: Sequence[str], model: Encoder) -> list[Case]:
    cases = []
    for turn in range(GONE_AT_A_TIME):
        kept = [one for n, one in enumerate(entries) if n % GONE_AT_A_TIME != turn]
        index = HandbookIndex(kept, model, none)
        asked = [(ask, None) for one in entries[turn::GONE_AT_A_TIME] for ask in one["asks"]]
        cases += _cases(index, "gone", asked, model)
    return cases


def _cases(
    index: HandbookIndex, kind: str, asked: Sequence[tuple[str, str | None]], model: Encoder
) -> list[Case]:
    cases = []
    for (text, key), vector in zip(asked, kept_vectors(model, [text for text, _ in asked]), strict=True):
        question = index.read(text, vector)
        keys = [one.key for one in question.near]
        cases.append(
            Case(
                kind,
                np.array([one.features() for one in question.near]),
                np.array(question.none_features()),
                keys.index(key) if key in keys else None,
                WEIGHT[kind],
            )
        )
    return cases


def _show(cases: Sequence[Case], chances: Sequence[Numbers]) -> None:
    kinds = np.array([one.kind for one in cases])
    right = np.array([one.right == int(chance.argmax()) for one, chance in zip(cases, chances, strict=True)])
    best = np.array([chance.max() for chance in chances])
    asks = kinds == "ask"
    print(
        f"first {right[asks].mean():.3f} of {asks.sum()} asks left out;"
        f" {(kinds == 'none').sum()} questions without an entry"
    )
    for least in THRESHOLDS:
        answered = best >= least
        print(
            f"{least:.2f}: answered {answered[asks].mean():.3f},"
            f" right of these {right[asks & answered].mean():.3f};"
            f" answered though not in the handbook {answered[kinds == 'none'].mean():.3f},"
            f" though its entry was left out {answered[kinds == 'gone'].mean():.3f}"
        )
    for low in np.arange(0.0, 1.0, 0.2):
        those = (best >= low) & (best < low + 0.2) & (kinds != "gone")
        print(f"said {best[those].mean():.2f}, was right {right[those].mean():.2f} ({those.sum()})")


if __name__ == "__main__":
    main()
