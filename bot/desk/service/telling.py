"""A word of the desk to a resident about her being served: from the data, in the people's lane."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.talk.transcript import record_outbound, was_said
from bot.desk.wording.composer import Reply, Situation, compose
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Words
from bot.store.states import Lane, Sender


@dataclass(frozen=True)
class ServiceVoice:
    """What words are made of; handed down from the edge."""

    words: Words
    estate: Estate

    def tell(
        self, session: Session, conversation_id: int, key: str, slots: Mapping[str, Any], *, now: datetime
    ) -> None:
        """Write the words of `key` to the resident; the slot `again` is true where they were said before.

        Raises ComposerError where they cannot be made.
        """
        slots = {"again": was_said(session, conversation_id, key), **slots}
        situation = Situation(now=now, zone=self.estate.timezone, values=estate_values(self.estate, now=now))
        for said in compose([Reply(key, slots)], words=self.words, situation=situation, strict=True):
            record_outbound(
                session,
                conversation_id=conversation_id,
                sender=Sender.SYSTEM,
                text=said.text,
                lane=Lane.PEOPLE,
                epoch=None,
                buttons=said.button_rows(),
                reply_key=key,
                now=now,
            )
