"""One desk at work on a store, step by step: each step is one short transaction, as at the edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.desk.talk import conversations, outbox, transcript, turns
from bot.desk.talk.outbox import ClaimedDelivery
from bot.desk.talk.turns import ClaimedTurn, TurnAbandoned, TurnDone, TurnLost
from bot.desk.wording.composer import Utterance
from bot.store.engine import Store
from bot.store.states import Delivery, Sender
from bot.store.tables import Conversation, Message, OutboxRow
from tests.support.cast import Colleague, Person
from tests.support.clock import HandClock

LEASE = timedelta(seconds=30)
CHANNELS = ("webchat",)


@dataclass
class DeskAtWork:
    """A desk process by the name of `desk`; several may work on one store."""

    store: Store
    clock: HandClock
    desk: str = "desk-1"
    sent_in: int = 0

    def hears(
        self, person: Person, text: str, *, channel_id: str = "", payload: str | None = None
    ) -> Message:
        """The resident writes (or presses a button)."""
        self.sent_in += 1
        with self.store.write() as session:
            return transcript.record_inbound(
                session,
                conversation_id=person.conversation_id,
                channel_id=channel_id or f"{self.desk}-in-{self.sent_in}",
                text=text,
                payload=payload,
                now=self.clock(),
            ).message

    def claims_turn(self) -> ClaimedTurn | None:
        with self.store.write() as session:
            return turns.claim_turn(session, desk=self.desk, now=self.clock(), lease=LEASE)

    def has_turn(self) -> ClaimedTurn:
        """Claim a turn that must be there."""
        turn = self.claims_turn()
        assert turn is not None
        return turn

    def finishes(
        self, turn: ClaimedTurn, *texts: str, answer: dict[str, Any] | None = None
    ) -> TurnDone | TurnAbandoned | TurnLost:
        """Rasa answered; the words go to the outbox."""
        with self.store.write() as session:
            return turns.finish_turn(
                session,
                turn.turn_id,
                desk=self.desk,
                outcome="answered",
                answer={"replies": []} if answer is None else answer,
                utterances=[Utterance(text=text, reply_key="utter_test") for text in texts],
                now=self.clock(),
            )

    def answers(self, turn: ClaimedTurn, text: str) -> Message:
        """Finish the turn with one message, and get it."""
        done = self.finishes(turn, text)
        assert isinstance(done, TurnDone)
        return done.messages[0]

    def claims_delivery(self, channels: Sequence[str] = CHANNELS) -> ClaimedDelivery | None:
        with self.store.write() as session:
            return outbox.claim_delivery(
                session, desk=self.desk, channels=channels, now=self.clock(), lease=LEASE
            )

    def has_delivery(self) -> ClaimedDelivery:
        """Claim a delivery that must be there."""
        delivery = self.claims_delivery()
        assert delivery is not None
        return delivery

    def sends_all(self) -> list[str]:
        """Deliver whatever is due; returns the texts in the order they went out."""
        texts = []
        while (delivery := self.claims_delivery()) is not None:
            with self.store.write() as session:
                outbox.mark_sent(session, delivery.message_id, desk=self.desk, now=self.clock())
            texts.append(delivery.text)
        return texts

    def takes_over(self, person: Person, colleague: Colleague) -> object:
        with self.store.write() as session:
            return conversations.take_over(
                session, person.conversation_id, agent_id=colleague.agent_id, now=self.clock()
            )

    def hands_back(self, person: Person, colleague: Colleague, note: str | None = None) -> object:
        with self.store.write() as session:
            return conversations.hand_back(
                session, person.conversation_id, agent_id=colleague.agent_id, note=note, now=self.clock()
            )

    def replies(
        self, colleague: Colleague, person: Person, text: str, client_id: str = ""
    ) -> conversations.Answered | conversations.HeldByAnother:
        """The agent answers the resident."""
        self.sent_in += 1
        with self.store.write() as session:
            return conversations.answer(
                session,
                person.conversation_id,
                agent_id=colleague.agent_id,
                text=text,
                client_id=client_id or f"{self.desk}-out-{self.sent_in}",
                now=self.clock(),
            )

    def asks_for_person(self, person: Person, reason: str = "asked") -> object:
        with self.store.write() as session:
            return conversations.request_person(
                session, person.conversation_id, reason=reason, by="bot", now=self.clock()
            )

    def conversation(self, person: Person) -> Conversation:
        with self.store.read() as session:
            return session.get_one(Conversation, person.conversation_id)

    def message(self, message_id: int) -> Message:
        with self.store.read() as session:
            return session.get_one(Message, message_id)

    def state_of(self, message: Message) -> Delivery:
        with self.store.read() as session:
            return session.scalars(select(OutboxRow.state).where(OutboxRow.message_id == message.id)).one()

    def sees(self, person: Person, *, after: int = 0, as_resident: bool = True) -> list[Message]:
        """What the page of the resident (or of the agent) gets."""
        with self.store.read() as session:
            return transcript.since(session, person.conversation_id, after, for_resident=as_resident)

    def unhandled(self, person: Person) -> list[str]:
        """What the resident wrote and nobody has handled yet."""
        with self.store.read() as session:
            return list(
                session.scalars(
                    select(Message.text)
                    .where(
                        Message.conversation_id == person.conversation_id,
                        Message.sender == Sender.RESIDENT,
                        Message.handled_at.is_(None),
                    )
                    .order_by(Message.seq)
                )
            )
