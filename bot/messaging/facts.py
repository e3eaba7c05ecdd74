"""What the desk tells the Rasa server with a turn: facts it knows and Rasa cannot (design §5.5)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.emergencies.turns import EmergencyPart, emergency_part
from bot.desk.people.residents import homes_of
from bot.desk.service.callbacks import PAYLOAD, wants_number
from bot.desk.service.ratings import rating_in
from bot.desk.talk.escalation import EscalationFacts, annoyed_in, decide, misunderstood_in
from bot.desk.talk.turns import ClaimedTurn
from bot.language.callback import asks_for_callback
from bot.language.contacts import find_phone
from bot.language.home_codes import find_home_code
from bot.language.person_request import asks_for_person
from bot.language.pointing import only_points
from bot.language.threats import threatens
from bot.messaging.quotes import Quoted, quoted_in
from bot.messaging.rasa_client import TurnCall
from bot.store.states import Mode
from bot.store.tables import Conversation, Message


@dataclass(frozen=True)
class Callback:
    """The number she gave with it, if any."""

    phone: str | None


@dataclass(frozen=True)
class TurnAtHand:
    """A claimed turn, the call that asks Rasa about it, and what the desk reads in it by itself."""

    claimed: ClaimedTurn
    call: TurnCall
    texts: tuple[str, ...]
    """The words of each of its messages, in the order of `claimed.message_ids`."""
    person_now: str | None
    """Why a person is wanted, where her words alone leave no doubt: "asked", "threat", else None."""
    outage_told: bool
    emergency: EmergencyPart
    callback: Callback | None = None
    """She waits for a person and would rather be called back: the desk's matter, not Rasa's."""
    rating: int | None = None
    """She pressed how content she is with a closed case: the desk's matter, too."""

    @property
    def asks_for_person(self) -> bool:
        return self.person_now == "asked"

    def with_text(self, text: str) -> "TurnAtHand":
        """The same turn, of which Rasa is asked only this."""
        return replace(self, call=replace(self.call, text=text))


def turn_at_hand(
    session: Session, claimed: ClaimedTurn, *, may_misunderstand: int, now: datetime
) -> TurnAtHand:
    """Read everything the turn needs, so that no transaction is open while Rasa is awaited."""
    conversation = session.get_one(Conversation, claimed.conversation_id)
    person_now = _person_now(claimed)
    emergency = emergency_part(session, conversation.id, claimed.message_ids, now)
    quoted = quoted_in(session, conversation, claimed.message_ids)
    served_some = emergency.texts and emergency.texts != tuple(_texts(session, claimed))
    call = TurnCall(
        conversation=claimed.sender_id,
        turn=claimed.key,
        text="\n".join(emergency.texts) if served_some else _meant(claimed, quoted),
        payload=None if served_some else claimed.payload,
        metadata={
            **_facts(session, claimed, conversation, person_now, may_misunderstand),
            "emergency": emergency.as_metadata(),
            "quoted": {"number": quoted.number, "open": quoted.open} if quoted else None,
        },
    )
    texts = tuple(_texts(session, claimed))
    told = conversation.outage_told_at is not None
    callback = _callback(claimed, conversation, person_now)
    rating = rating_in(claimed.payload)
    return TurnAtHand(claimed, call, texts, person_now, told, emergency, callback, rating)


def _meant(claimed: ClaimedTurn, quoted: Quoted | None) -> str:
    """Her words; where they only point at older ones of hers that became no case, those again."""
    again = quoted is not None and quoted.number is None and only_points(claimed.text)
    return quoted.own_words or claimed.text if quoted is not None and again else claimed.text


def _callback(claimed: ClaimedTurn, conversation: Conversation, person_now: str | None) -> Callback | None:
    if conversation.mode is not Mode.WAITING:
        return None
    typed = claimed.payload is None
    phone = find_phone(claimed.text) if typed else None
    asked = claimed.payload == PAYLOAD or (typed and not person_now and asks_for_callback(claimed.text))
    if not asked and not (phone is not None and wants_number(conversation)):
        return None
    return Callback(phone.value if phone else None)


def _texts(session: Session, claimed: ClaimedTurn) -> list[str]:
    return [session.get_one(Message, message_id).text for message_id in claimed.message_ids]


def _person_now(claimed: ClaimedTurn) -> str | None:
    """Read without Rasa (R15): a button's payload is no sentence of hers."""
    if claimed.payload is not None:
        return None
    if asks_for_person(claimed.text):
        return "asked"
    return "threat" if threatens(claimed.text) else None


def _facts(
    session: Session,
    claimed: ClaimedTurn,
    conversation: Conversation,
    person_now: str | None,
    may_misunderstand: int,
) -> dict[str, Any]:
    resident = conversation.resident
    escalation = decide(
        EscalationFacts(
            asked=person_now == "asked",
            threat=person_now == "threat",
            misunderstood=misunderstood_in(conversation.facts),
            annoyed=annoyed_in(conversation.facts),
            waiting=claimed.mode is Mode.WAITING,
        ),
        allowed=may_misunderstand,
    )
    return {
        "turn": claimed.key,
        "conversation_id": claimed.conversation_id,
        "channel": claimed.channel,
        "resident": {
            "name": resident.name,
            "honorific": resident.honorific,
            "phone_known": resident.phone is not None,
            "homes": [
                {"key": home.key, "verified": home.verified} for home in homes_of(session, resident.id)
            ],
        },
        "escalation": escalation.as_metadata(),
        "home_code": claimed.payload is None and find_home_code(claimed.text) is not None,
        "attachments": claimed.attachments,
        "mode": claimed.mode.value,
        "note": claimed.note,
        "first_turn": claimed.first_of_conversation,
    }
