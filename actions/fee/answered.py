"""What an answer about fees is made of, and the parts that several answers share."""

from dataclasses import dataclass

from actions.fee.account import tell_account
from actions.fee.asked import touches
from actions.fee.home import NotProved, Own, whose_account
from actions.fee.rates import ASPECT_ANSWERS, Replies
from actions.heard import Heard
from actions.room import Call
from bot.desk.estate.fees_part import FeeSettings
from bot.desk.wording.composer import Reply

MOST_ASPECTS = 2
"""More than two explanations in one message are a lecture."""


@dataclass(frozen=True)
class Answered:
    """Replies, and what follows: the category of a case to take down, or that a person is wanted."""

    replies: Replies
    checks: str | None = None
    wants_person: bool = False


def words_of(heard: Heard) -> str:
    """Her words; a pressed button has none of its own."""
    return "" if heard.pressed else heard.text


def told_of(call: Call, fees: FeeSettings, aspects: tuple[str, ...]) -> Replies:
    """What the words touch beside the category, told in the order of the list."""
    return tuple(reply for aspect in aspects[:MOST_ASPECTS] for reply in ASPECT_ANSWERS[aspect](call, fees))


def verify_short(call: Call, heard: Heard) -> Replies:
    """How a home is proved, where she proved none."""
    return (Reply("utter_fee_verify_short"),) if isinstance(whose_account(call, heard), NotProved) else ()


def own_items(call: Call, heard: Heard, items: tuple[str, ...]) -> Replies:
    """What of it stands in her own account, where she asks for hers, proved it, and there is something."""
    if not touches(words_of(heard), "mine"):
        return ()
    whose = whose_account(call, heard)
    told = tell_account(call, heard, whose.key, items=items) if isinstance(whose, Own) else None
    return told if told and len(told) > 1 else ()
