"""The confusion matrix and the learning curve as SVG, drawn by hand: no library, readable in a diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.nlu.curve import Point
from benchmarks.nlu.material import Material, directions
from benchmarks.nlu.trial import Lists
from bot.understanding.intents.voices import Voices

CELL, LEFT, TOP = 34, 110, 110
_STYLE = "font-family='sans-serif' font-size='12'"


def readings(lists: Lists) -> list[str]:
    """The first level the pipeline reads in each held-out sentence."""
    voices = Voices.trained(
        lists.training.reading, lists.training.labels, names_out=directions(lists.training)
    )
    told = []
    for row in voices.chances(lists.asked["held out"].reading):
        sums: dict[str, float] = {}
        for label, chance in zip(voices.labels, row, strict=True):
            intent = label.partition("/")[0]
            sums[intent] = sums.get(intent, 0.0) + float(chance)
        told.append(max(sums, key=lambda intent: sums[intent]))
    return told


def write(folder: Path, asked: Material, told: Sequence[str], points: Sequence[Point]) -> None:
    """Write confusion.svg, and curve.svg where there are points."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "confusion.svg").write_text(confusion(asked.intents, told), encoding="utf-8")
    if points:
        (folder / "curve.svg").write_text(learning(points), encoding="utf-8")


def confusion(truth: Sequence[str], told: Sequence[str]) -> str:
    """Rows are the truth, columns what was read; the shade is the share of the row."""
    names = sorted(set(truth) | set(told))
    counts = Counter(zip(truth, told, strict=True))
    totals = Counter(truth)
    size = LEFT + CELL * len(names) + 10
    parts = [_open(size, TOP + CELL * len(names) + 30)]
    for place, name in enumerate(names):
        middle = place * CELL + CELL / 2
        parts.append(_text(LEFT - 6, TOP + middle + 4, name, "end"))
        x = LEFT + middle + 4
        parts.append(
            f"<text x='{x}' y='{TOP - 6}' transform='rotate(-60 {x} {TOP - 6})' fill='#222'>{name}</text>"
        )
    for row, truly in enumerate(names):
        for column, said in enumerate(names):
            count = counts[truly, said]
            share = count / totals[truly] if totals[truly] else 0.0
            x, y = LEFT + column * CELL, TOP + row * CELL
            fill = _shade(share, truly == said) if count else "#f6f6f4"
            parts.append(f"<rect x='{x}' y='{y}' width='{CELL - 1}' height='{CELL - 1}' fill='{fill}'/>")
            if count:
                ink = "#fff" if share > 0.5 else "#222"
                parts.append(_text(x + CELL / 2, y + CELL / 2 + 4, str(count), "middle", ink))
    parts.append(_text(LEFT, TOP + CELL * len(names) + 20, "rows: meant; columns: read", "start"))
    return "\n".join([*parts, "</svg>\n"])


def learning(points: Sequence[Point]) -> str:
    """F1 of intents and categories against sentences a category."""
    width, height, left, bottom = 560, 320, 50, 280
    most = max(one.sentences for one in points)
    scores = [value for one in points for value in (one.held_out.intents, one.held_out.categories or 0.0)]
    low = min(scores) - 0.03

    def x(sentences: float) -> float:
        return left + sentences / most * (width - left - 20)

    def y(score: float) -> float:
        return bottom - (score - low) / (1.0 - low) * (bottom - 20)

    parts = [_open(width, height)]
    for tick in range(round(low * 20) + 1, 21):
        parts.append(f"<path d='M{left} {y(tick / 20):.1f}H{width - 20}' stroke='#ddd'/>")
        parts.append(_text(left - 6, y(tick / 20) + 4, f"{tick / 20:.2f}", "end"))
    for name, colour in (("intents", "#1f6f5c"), ("categories", "#b5651d")):
        line = [(one.sentences, getattr(one.held_out, name)) for one in points]
        path = " ".join(f"{x(sentences):.1f},{y(score):.1f}" for sentences, score in line)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        parts += [
            f"<circle cx='{x(sentences):.1f}' cy='{y(score):.1f}' r='3' fill='{colour}'/>"
            for sentences, score in line
        ]
        parts.append(_text(width - 24, y(line[-1][1]) - 8, name, "end", colour))
    parts += [_text(x(one.sentences), bottom + 18, f"{one.sentences:.0f}", "middle") for one in points]
    parts.append(_text(width - 20, bottom + 34, "sentences a category", "end"))
    return "\n".join([*parts, "</svg>\n"])


def _shade(share: float, right: bool) -> str:
    """Green for what is right, red for what is not, paler the less there is."""
    full = (31, 111, 92) if right else (178, 58, 46)
    mixed = [round(246 + (part - 246) * (0.15 + 0.85 * share)) for part in full]
    return f"rgb({mixed[0]},{mixed[1]},{mixed[2]})"


def _open(width: float, height: float) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' {_STYLE}>"
        f"<rect width='{width}' height='{height}' fill='#fff'/>"
    )


def _text(x: float, y: float, words: str, anchor: str, ink: str = "#222") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{ink}'>{words}</text>"
