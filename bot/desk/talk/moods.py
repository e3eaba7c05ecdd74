"""How a resident's mood moves over a conversation (R14, R15), and where it leads."""

from collections.abc import Sequence
from enum import StrEnum


class Trend(StrEnum):
    """Where the mood leads."""

    CALM = "calm"  # nothing but calm words
    RISING = "rising"  # more upset than before
    STEADY = "steady"  # upset, as before
    SETTLING = "settling"  # calmer than before


def trend_of(levels: Sequence[int]) -> Trend:
    """The trend of moods in their order: the later half against the earlier, the last word counts twice."""
    if not any(levels):
        return Trend.CALM
    if len(levels) == 1:
        return Trend.STEADY
    half = len(levels) // 2
    earlier, later = levels[:-half], levels[-half:]
    before, after = sum(earlier) / len(earlier), (sum(later) + levels[-1]) / (len(later) + 1)
    if after > before:
        return Trend.RISING
    return Trend.SETTLING if after < before else Trend.STEADY
