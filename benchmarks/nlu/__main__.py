"""`./guanjia bench nlu`: the pipeline beside what was tried, and beside a stock Rasa, on the same sentences.

Every candidate learns nlu_data/nlu. The first columns are cross-validation over paraphrase groups (what it is
chosen by), then the held-out split as it is, with slips of the pen, with names of estates before it, and the
letters. `--curve`: F1 against sentences per category. `--stock`: DIET, in its own environment (minutes).
`--pictures DIR`: the confusion matrix and the curve as SVG, and the table per class.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.understanding.server import launcher

launcher.prepare()

from benchmarks.nlu import cost, curve, pictures, report, stock  # noqa: E402  (Rasa is imported prepared)
from benchmarks.nlu.candidates import CANDIDATES, OURS, chances, tuned  # noqa: E402
from benchmarks.nlu.measures import Figures, figures  # noqa: E402
from benchmarks.nlu.trial import Lists, hear, lists, say  # noqa: E402


def compare(lists: Lists, wanted: list[str]) -> dict[str, dict[str, Figures]]:
    """The figures of each candidate on each list."""
    parts = {part for name in wanted for part in (*CANDIDATES[name].voices, *CANDIDATES[name].heads)}
    heard = hear(lists, sorted(parts))
    found = {}
    for name in wanted:
        candidate = CANDIDATES[name]
        left_out = {part: one.left_out for part, one in heard.items()}
        tuning = tuned(candidate, left_out, lists.numbers, lists.of_first)
        rows = {
            "left out": figures(
                chances(candidate, left_out, tuning, lists.of_first),
                lists.training,
                lists.names,
                lists.firsts,
            )
        }
        for key, asked in lists.asked.items():
            scores = {part: one.asked[key] for part, one in heard.items()}
            told = chances(candidate, scores, tuning, lists.of_first)
            rows[key] = figures(told, asked, lists.names, lists.firsts)
        found[name] = rows
        say(f"{name}: {rows['left out'].intents:.3f} left out, {rows['held out'].intents:.3f} held out")
    return found


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these candidates (see candidates.py)")
    parser.add_argument("--curve", action="store_true", help="F1 against sentences per category")
    parser.add_argument("--stock", action="store_true", help="stock DIET as well (needs its environment)")
    parser.add_argument("--epochs", type=int, default=100, help="of DIET (100)")
    parser.add_argument(
        "--pictures", type=Path, metavar="DIR", help="write confusion.svg and curve.svg there"
    )
    asked = parser.parse_args()
    material = lists()
    say(f"{len(material.training.sentences)} sentences, {len(material.names)} labels")
    if asked.only != []:
        found = compare(material, asked.only or list(CANDIDATES))
        print(report.comparison(found))
    if asked.only is None or OURS in asked.only:
        print(report.costs(cost.of_the_pipeline(material)))
    if asked.stock:
        print(report.stock(stock.measured(material, epochs=asked.epochs)))
    points = curve.points(material) if asked.curve else []
    if points:
        print(report.curve(points))
    if asked.pictures:
        told = pictures.readings(material)
        print(report.per_class(material.asked["held out"], told))
        pictures.write(asked.pictures, material.asked["held out"], told, points)


if __name__ == "__main__":
    main()
