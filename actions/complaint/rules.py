"""What a complaint needs by its category: what is asked, how urgent it is, whom it is kept from (R8, R9)."""

from typing import Final

from actions.said import says
from bot.store.states import Urgency

_LIST: Final = "complaint"
_NO_PLACE: Final = frozenset({"staff", "slow", "management", "developer"})
"""What no place belongs to: how somebody behaved, how long a matter takes."""
_NO_TIME: Final = frozenset({"slow", "management", "developer", "parking", "illegal_building"})
"""What lasts, or is there to be seen: nobody is asked when."""
_STOPPED_AT_ONCE: Final = frozenset({"noise", "renovation", "smell", "neighbours", "security", "pets"})
"""What somebody on duty can stop while it goes on."""


def needs_place(category: str) -> bool:
    """Is she asked where, if she did not say it?"""
    return category not in _NO_PLACE


def needs_time(category: str) -> bool:
    """Is she asked when, if she did not say it?"""
    return category not in _NO_TIME


def is_blocked_car(category: str, text: str) -> bool:
    """Is a car to be moved 挪车?"""
    return category == "parking" and says("blocked", text, of=_LIST)


def is_pressing(category: str, text: str) -> bool:
    """Must somebody go now: a way blocked, a thing fallen, somebody harmed, noise at this very hour?

    Such a complaint is opened as soon as it is known where; nothing else is asked.
    """
    over = says("past", text, of=_LIST) or says("habit", text, of=_LIST)
    if is_blocked_car(category, text) or (category == "falling_objects" and not over):
        return True
    if says("fire_lane", text, of=_LIST) and category in ("parking", "security", "neighbours", "other"):
        return True
    if says("harm", text, of=_LIST) and category in ("pets", "security", "staff") and not over:
        return True
    return says("now", text, of=_LIST) and not over and category in _STOPPED_AT_ONCE


def urgency_of(category: str, text: str, *, upset: int) -> Urgency:
    """Return how urgent it is: by the matter, and by how she feels."""
    return Urgency.URGENT if upset == 2 or is_pressing(category, text) else Urgency.NORMAL


def is_about_colleague(category: str, text: str) -> bool:
    """Does it complain of somebody at the desk? Then supervisors alone read it.

    By its category, or where it names one of them and what he did, or complains of their head.
    """
    if names_the_head(text):
        return True
    named = says("named", text, of=_LIST) and says("misconduct", text, of=_LIST)
    return category == "staff" or named


def names_the_head(text: str) -> bool:
    """Does it complain of the head of those who serve, by the office?"""
    return says("head", text, of=_LIST)
