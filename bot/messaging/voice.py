"""Reply keys become messages: the composer with the estate's values and this conversation's memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.desk.estate.model import Estate
from bot.desk.talk.escalation import annoyed_after, annoyed_in, misunderstood_after, misunderstood_in
from bot.desk.wording.address import address_of
from bot.desk.wording.composer import Reply, Situation, Utterance, compose
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Words
from bot.language.serious import is_serious
from bot.messaging.channels.base import Limits
from bot.store.tables import Conversation

_USED = "used"
_USED_KEPT = 60
_SERIOUS = "serious_at"
SERIOUS_FOR = timedelta(hours=24)
"""So long after a grave matter was told the tone stays restrained (R16)."""


@dataclass(frozen=True)
class Voice:
    """What the bot says on any channel."""

    words: Words
    estate: Estate
    limits: Mapping[str, Limits]
    """By channel name."""

    def compose(
        self,
        replies: Sequence[Reply],
        conversation: Conversation,
        *,
        now: datetime,
        upset: int = 0,
        slots: Mapping[str, Any] | None = None,
    ) -> list[Utterance]:
        """The messages that say `replies` in this conversation; `slots` are known to all of them."""
        situation = Situation(
            now=now,
            zone=self.estate.timezone,
            upset=upset,
            serious=_is_serious(conversation, now),
            values={
                **estate_values(self.estate, now=now),
                "address": address_of(conversation.resident, self.words),
                **(slots or {}),
            },
            used=frozenset(conversation.facts.get(_USED, ())),
        )
        return compose(
            replies, words=self.words, situation=situation, limits=self.limits[conversation.channel]
        )


def hear_gravity(conversation: Conversation, text: str, *, in_danger: bool, now: datetime) -> None:
    """Keep that her words, or an emergency under way, are no matter for cheerful words."""
    if in_danger or is_serious(text):
        conversation.facts = {**conversation.facts, _SERIOUS: now.isoformat()}


def remember(
    conversation: Conversation, replies: Sequence[Reply], said: Sequence[Utterance], *, upset: int
) -> None:
    """Keep what the next answer depends on: words said once, what came in a row (not understood, upset)."""
    facts = conversation.facts
    used = [*facts.get(_USED, ()), *(word for one in said for word in one.used)]
    misunderstood = misunderstood_after(misunderstood_in(facts), tuple(reply.key for reply in replies))
    conversation.facts = {
        **facts,
        _USED: used[-_USED_KEPT:],
        "misunderstood": misunderstood,
        "annoyed": annoyed_after(annoyed_in(facts), upset),
    }


def _is_serious(conversation: Conversation, now: datetime) -> bool:
    told = conversation.facts.get(_SERIOUS)
    return told is not None and now - datetime.fromisoformat(told) <= SERIOUS_FOR
