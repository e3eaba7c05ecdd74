"""What was measured, as a table with ratios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """One peer's figures; seconds, megabytes, messages per second."""

    train: float
    epochs: int
    start: float
    memory: float
    installed: float
    throughput: float
    cpu_per_message: float
    busy_median: float
    busy_p95: float
    alone_median: float
    silent: int
    messages: int


ROWS: tuple[tuple[str, str, Callable[[Figures], float], bool], ...] = (
    ("train on the whole data, nothing cached", "{:.0f} s", lambda f: f.train, False),
    ("start until it answers", "{:.1f} s", lambda f: f.start, False),
    ("memory (RSS) after the load", "{:.0f} MB", lambda f: f.memory, False),
    ("installed", "{:.0f} MB", lambda f: f.installed, False),
    ("messages per second, 32 residents at once", "{:.1f}", lambda f: f.throughput, True),
    ("CPU of the server per message", "{:.1f} ms", lambda f: f.cpu_per_message * 1000, False),
    ("answer, 32 at once, median", "{:.0f} ms", lambda f: f.busy_median * 1000, False),
    ("answer, 32 at once, p95", "{:.0f} ms", lambda f: f.busy_p95 * 1000, False),
    ("answer, one resident alone, median", "{:.0f} ms", lambda f: f.alone_median * 1000, False),
)


def table(ours: Figures, stock: Figures) -> str:
    """A markdown table; the ratio says how many times better ours is (above 1 is better)."""
    lines = ["| what | stock Rasa | Guanjia | ratio |", "|---|---|---|---|"]
    for name, form, value, more_is_better in ROWS:
        mine, theirs = value(ours), value(stock)
        ratio = mine / theirs if more_is_better else theirs / mine
        lines.append(f"| {name} | {form.format(theirs)} | {form.format(mine)} | {ratio:.1f} × |")
    if stock.epochs != 100:
        lines += ["", f"The stock peer was trained for {stock.epochs} of its 100 epochs."]
    lines.append("")
    lines.append(
        f"Messages without any reply: stock {stock.silent} of {stock.messages}, "
        f"Guanjia {ours.silent} of {ours.messages}."
    )
    return "\n".join(lines)
