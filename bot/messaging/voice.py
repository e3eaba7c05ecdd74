"""Reply keys become messages: the composer with the estate's values and this conversation's memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.estate.model import Estate
from bot.desk.talk.escalation import annoyed_after, annoyed_in, misunderstood_after, misunderstood_in
from bot.desk.wording.composer import Reply, Situation, Utterance, compose
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Words
from bot.messaging.channels.base import Limits
from bot.store.tables import Conversation

_USED = "used"
_USED_KEPT = 60


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
            values={**estate_values(self.estate, now=now), **(slots or {})},
            used=frozenset(conversation.facts.get(_USED, ())),
        )
        return compose(
            replies, words=self.words, situation=situation, limits=self.limits[conversation.channel]
        )


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
