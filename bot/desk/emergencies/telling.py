"""What residents are told in an emergency: by the system, in the first lane, with any mode of the chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.emergencies.places import Place
from bot.desk.estate.model import Estate
from bot.desk.talk.transcript import record_outbound
from bot.desk.wording.composer import Reply, Situation, compose
from bot.desk.wording.phrases import place_text
from bot.desk.wording.speaking import estate_values
from bot.desk.wording.words import Words
from bot.store.states import Lane, Sender
from bot.store.tables import Message

PHONES = ("fire", "police", "ambulance", "gas", "lift")


@dataclass(frozen=True)
class Telling:
    """The words and the estate that every sentence of an emergency is made from."""

    words: Words
    estate: Estate

    def say(
        self,
        session: Session,
        conversation_id: int,
        key: str,
        *,
        slots: Mapping[str, Any],
        now: datetime,
        lane: Lane = Lane.EMERGENCY,
    ) -> Sequence[Message]:
        """Write one reply for the resident; a message each, mostly one. Never checked against a takeover:
        danger is told whoever serves the chat."""
        said = compose([Reply(key, slots)], words=self.words, situation=self._situation(now), strict=True)
        return [
            record_outbound(
                session,
                conversation_id=conversation_id,
                sender=Sender.SYSTEM,
                text=one.text,
                buttons=one.button_rows(),
                lane=lane,
                epoch=None,
                reply_key=key,
                now=now,
            )
            for one in said
        ]

    def place(self, place: Place, *, room: bool = True) -> str | None:
        """A place as people write it; without the room where others may read it."""
        parts = {"building": place.building, "unit": place.unit, "room": place.room if room else None}
        return place_text(parts, self.words) or None

    def _situation(self, now: datetime) -> Situation:
        phones = {f"{name}_phone": getattr(self.estate.phones, name) for name in PHONES}
        values = {**estate_values(self.estate, now=now), **phones}
        return Situation(now=now, zone=self.estate.timezone, serious=True, values=values)
