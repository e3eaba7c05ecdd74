"""What the readers of this room give back: a value and where it stood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """`value` in its normal form, read at text[start:end]."""

    value: str
    start: int
    end: int
