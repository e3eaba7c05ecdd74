"""When a person is called (R15), as one pure function over what the desk knows before Rasa is asked.

The answer has three fields, because two things are known only after the message was understood: whether
it was understood at all, and how upset it is. `policies/desk_policy.py` applies them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NOT_UNDERSTOOD = frozenset({"utter_not_understood", "utter_clarify"})
"""Answers that did not understand her: she says it differently, or which of two things she means."""
MISUNDERSTOOD_IN_A_ROW = 2
"""So often she is asked to say it differently, unless the estate says else; then a person is called."""
ANNOYED_IN_A_ROW = 3
"""So many upset messages one after the other count as an angry one."""


@dataclass(frozen=True)
class EscalationFacts:
    """What the desk knows when a message is claimed.

    `asked`: she asked for a person in plain words; `threat`: she threatens (authorities, media, law);
    `misunderstood`, `annoyed`: answers that did not understand her, and upset messages, in a row before
    this one; `old`: her message waited longer than the estate allows while the assistant was away;
    `waiting`: a person is already called.
    """

    asked: bool = False
    threat: bool = False
    misunderstood: int = 0
    annoyed: int = 0
    old: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Escalation:
    """Reasons to call a person: now, if not understood, if angry (upset 2), if annoyed (upset 1 or 2)."""

    now: str | None = None
    if_not_understood: str | None = None
    if_angry: str | None = None
    if_annoyed: str | None = None

    def as_metadata(self) -> dict[str, str | None]:
        """Return the fields as the turn's metadata carries them."""
        return asdict(self)


def decide(facts: EscalationFacts, *, allowed: int = MISUNDERSTOOD_IN_A_ROW) -> Escalation:
    """Return who must be called when; nothing more than "asked" once a person is already called."""
    if facts.waiting:
        return Escalation(now="asked" if facts.asked else None)
    reasons = (("asked", facts.asked), ("old", facts.old), ("threat", facts.threat))
    often_annoyed = facts.annoyed + 1 >= ANNOYED_IN_A_ROW
    return Escalation(
        now=next((reason for reason, holds in reasons if holds), None),
        if_not_understood="not_understood" if facts.misunderstood >= allowed else None,
        if_angry="angry",
        if_annoyed="angry" if often_annoyed else None,
    )


def annoyed_after(before: int, upset: int) -> int:
    """Return the new count of upset messages in a row, after one more message."""
    return before + 1 if upset else 0


def annoyed_in(facts: Mapping[str, Any]) -> int:
    """Return the count kept in `Conversation.facts`."""
    return int(facts.get("annoyed", 0))


def misunderstood_after(before: int, reply_keys: tuple[str, ...]) -> int:
    """Return the new count of answers in a row that did not understand her, after one more answer."""
    return before + 1 if NOT_UNDERSTOOD & set(reply_keys) else 0


def misunderstood_in(facts: Mapping[str, Any]) -> int:
    """Return the count kept in `Conversation.facts`."""
    return int(facts.get("misunderstood", 0))
