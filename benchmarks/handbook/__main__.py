"""Makes the weights of the handbook's score anew (docs/handbook.md).

A fifth of the ways people ask is left out at a time and looked for with the others, beside questions that no
entry answers (tests/handbook/unanswerable.yml); the test's questions are not read here. In the environment of
the Rasa side: `python -m benchmarks.handbook`.
"""

from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.understanding import launcher

launcher.prepare()

from bot.understanding.encoder import encoder  # noqa: E402
from bot.understanding.handbook_index import FEATURES, HandbookIndex  # noqa: E402
from bot.understanding.sentence_vectors import kept_vectors  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FOLDS = 5
NONE = "none"
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85)


def main() -> None:
    """Print what each threshold is worth, then the weights to copy."""
    model = encoder()
    if model is None:
        raise SystemExit("the encoder is needed")
    entries = [
        entry
        for path in sorted((ROOT / "handbook").glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]
    ]
    none = yaml.safe_load((ROOT / "tests/handbook/unanswerable.yml").read_text(encoding="utf-8"))
    rows: list[tuple[float, ...]] = []
    right, among, asked = [], [], []
    for fold in range(FOLDS):
        kept = [
            {**one, "asks": [ask for place, ask in enumerate(one["asks"]) if place % FOLDS != fold]}
            for one in entries
        ]
        out = [(ask, one["key"]) for one in entries for ask in one["asks"][fold::FOLDS]]
        out += [(text, NONE) for text in none[fold::FOLDS]]
        index = HandbookIndex(kept, model)
        for (text, key), vector in zip(out, kept_vectors(model, [text for text, _ in out]), strict=True):
            near, features = index.read(text, vector)
            rows.append(features)
            right.append(near[0].entry.key == key)
            among.append(key in [one.entry.key for one in near[:3]])
            asked.append(key)
    values, truth = np.array(rows), np.array(right)
    outside = np.array([key == NONE for key in asked])
    three = np.array(among)[~outside].mean()
    print(f"first {truth[~outside].mean():.3f}, among three {three:.3f} of {(~outside).sum()}")
    learner = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    chances = cross_val_predict(learner, values, truth, cv=folds, method="predict_proba")[:, 1]
    for least in THRESHOLDS:
        answered = chances >= least
        print(
            f"{least:.2f}: answered {answered[~outside].mean():.2f},"
            f" right of these {truth[answered].mean():.3f},"
            f" answered though not in the handbook {answered[outside].mean():.2f}"
        )
    learner.fit(values, truth)
    scaler, logistic = learner[0], learner[1]
    weights = logistic.coef_[0] / scaler.scale_
    bias = float(logistic.intercept_[0] - (weights * scaler.mean_).sum())
    print("FEATURES", FEATURES)
    print("WEIGHTS =", tuple(round(float(one), 3) for one in weights))
    print("BIAS =", round(bias, 3))


if __name__ == "__main__":
    main()
