"""When a person is called (R15), as one pure function over what the desk knows before Rasa is asked.

The answer has three fields, because two things are known only after the message was understood: whether
it was understood at all, and how upset it is. `policies/desk_policy.py` applies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MISUNDERSTOOD_IN_A_ROW = 2
"""So often the resident is asked to say it differently; the next time a person is called."""


@dataclass(frozen=True)
class EscalationFacts:
    """What the desk knows when a message is claimed.

    `asked`: she asked for a person in plain words; `threat`: she threatens (authorities, media, law);
    `misunderstood`: answers in a row that did not understand her; `old`: her message waited longer than
    the estate allows while the assistant was away; `waiting`: a person is already called.
    """

    asked: bool = False
    threat: bool = False
    misunderstood: int = 0
    old: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Escalation:
    """Reasons to call a person: now, if the message is not understood, if it is angry (upset 2)."""

    now: str | None = None
    if_not_understood: str | None = None
    if_angry: str | None = None

    def as_metadata(self) -> dict[str, str | None]:
        """Return the fields as the turn's metadata carries them."""
        return {"now": self.now, "if_not_understood": self.if_not_understood, "if_angry": self.if_angry}


def decide(facts: EscalationFacts, *, allowed: int = MISUNDERSTOOD_IN_A_ROW) -> Escalation:
    """Return who must be called when; nothing more than "asked" once a person is already called."""
    if facts.waiting:
        return Escalation(now="asked" if facts.asked else None)
    reasons = (("asked", facts.asked), ("old", facts.old), ("threat", facts.threat))
    return Escalation(
        now=next((reason for reason, holds in reasons if holds), None),
        if_not_understood="not_understood" if facts.misunderstood >= allowed else None,
        if_angry="angry",
    )


def misunderstood_after(before: int, reply_keys: tuple[str, ...]) -> int:
    """Return the new count of answers in a row that did not understand her, after one more answer."""
    return before + 1 if "utter_not_understood" in reply_keys else 0


def misunderstood_in(facts: Mapping[str, Any]) -> int:
    """Return the count kept in `Conversation.facts`."""
    return int(facts.get("misunderstood", 0))
