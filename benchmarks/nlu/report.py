"""The tables, as docs/understanding.md shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from benchmarks.nlu.candidates import OURS
from benchmarks.nlu.cost import Cost
from benchmarks.nlu.curve import Point
from benchmarks.nlu.material import Material
from benchmarks.nlu.measures import Figures

_HEAD = (
    "| candidate | left out: F1 | categories | main kinds | calibration | held out: F1 (95 %) | categories "
    "| calibration | slips | names | letters | 500+ |"
)


def comparison(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """One row a candidate. `slips`, `names`: F1 / share of the main kinds; `letters`, `500+`: share right."""
    lines = [_HEAD, "|---" * 12 + "|"]
    for name, rows in found.items():
        left, held = rows["left out"], rows["held out"]
        mark = "**" if name == OURS else ""
        lines.append(
            f"| {mark}{name}{mark} | {left.intents:.3f} | {left.categories:.3f} | {left.main:.3f} "
            f"| {left.calibration:.3f} | {held.intents:.3f} ({held.low:.2f}–{held.high:.2f}) "
            f"| {held.categories:.3f} | {held.calibration:.3f} | {_pair(rows['slips'])} "
            f"| {_pair(rows['names'])} | {rows['letters'].main:.3f} | {rows['long'].main:.3f} |"
        )
    return "\n".join(lines)


def _pair(figures: Figures) -> str:
    return f"{figures.intents:.3f} / {figures.main:.3f}"


def costs(cost: Cost) -> str:
    """What the classifier costs."""
    return (
        f"\ntrain {cost.train:.0f} s of one core (vectors known), kept {cost.megabytes:.1f} MB, "
        f"a message {cost.short:.0f} ms, one of 500 characters {cost.long:.0f} ms\n"
    )


def stock(rows: Mapping[str, Figures]) -> str:
    """The stock peer's row."""
    told = "; ".join(
        f"{name} F1 {one.intents:.3f} ({one.low:.2f}–{one.high:.2f}), main kinds {one.main:.3f}, "
        f"calibration {one.calibration:.3f}"
        for name, one in rows.items()
    )
    return f"stock DIET: {told}"


def curve(points: Sequence[Point]) -> str:
    """F1 against sentences a category."""
    lines = ["| sentences a category | intents, F1 | categories, F1 |", "|---|---|---|"]
    lines += [
        f"| {one.sentences:.0f} | {one.held_out.intents:.3f} | {one.held_out.categories:.3f} |"
        for one in points
    ]
    return "\n".join(lines)


def per_class(asked: Material, told: Sequence[str]) -> str:
    """Precision, recall and F1 of each first level, and what it is taken for."""
    lines = ["| intent | sentences | precision | recall | F1 | taken for |", "|---|---|---|---|---|---|"]
    for intent in sorted(set(asked.intents)):
        mine = [said for truth, said in zip(asked.intents, told, strict=True) if truth == intent]
        right, claimed = mine.count(intent), list(told).count(intent)
        wrong = Counter(said for said in mine if said != intent)
        precision, recall = right / claimed if claimed else 0.0, right / len(mine)
        f1 = 2 * right / (claimed + len(mine))
        names = ", ".join(f"{name} {count}" for name, count in wrong.most_common(4))
        lines.append(f"| {intent} | {len(mine)} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {names} |")
    return "\n".join(lines)
