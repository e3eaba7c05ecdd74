"""How a resident's mood moves over a conversation (R14, R15), and where it leads."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.states import Sender
from bot.store.tables import Message

LOOKED_AT = 6
"""The newest messages of hers that a trend is read from."""


class Trend(StrEnum):
    """Where the mood leads."""

    CALM = "calm"  # nothing but calm words
    RISING = "rising"  # more upset than before
    STEADY = "steady"  # upset, as before
    SETTLING = "settling"  # calmer than before


def mood_trend(session: Session, conversation_id: int) -> Trend:
    """The trend of her newest messages; those whose mood was not read are left out."""
    newest = session.scalars(
        select(Message.upset)
        .where(
            Message.conversation_id == conversation_id,
            Message.sender == Sender.RESIDENT,
            Message.upset.is_not(None),
            Message.payload.is_(None),
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    )
    return trend_of([level for level in newest if level is not None][::-1])


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
