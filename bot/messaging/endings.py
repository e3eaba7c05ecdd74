"""How a turn ends, in the caller's one transaction: answered, left to a person, or put off with a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.service.callbacks import NumberNeeded, leave_callback
from bot.desk.service.prospects import prospect, with_time
from bot.desk.service.ratings import rate
from bot.desk.talk.conversations import AlreadyWaiting, AlreadyWithPerson, PersonRequested, request_person
from bot.desk.talk.reminders import note_open_question
from bot.desk.talk.transcript import may_send, record_outbound, was_said
from bot.desk.talk.turn_claims import has_unhandled
from bot.desk.talk.turns import TurnDone, TurnLost, cut_period_if_long, finish_turn, holds_turn
from bot.desk.wording.composer import Reply
from bot.messaging.facts import TurnAtHand
from bot.messaging.rasa_client import TurnAnswer
from bot.messaging.sender import send_in_store
from bot.messaging.voice import Voice, hear_gravity, remember
from bot.store import actors
from bot.store.states import Lane, Mode, Sender
from bot.store.tables import Conversation, Message

OUTAGE = "utter_outage"
GREETINGS = ("utter_greet", "utter_hello")


@dataclass(frozen=True)
class Endings:
    """Writes what a turn came to."""

    voice: Voice
    estate: Estate
    in_store: frozenset[str] = frozenset()
    """Channels of our own: an answer is delivered by the transaction that writes it."""

    def answer(
        self,
        session: Session,
        *,
        turn: TurnAtHand,
        answer: TurnAnswer,
        parses: Sequence[dict[str, Any]] | None,
        desk: str,
        now: datetime,
    ) -> bool:
        """Rasa answered: its keys become words in the outbox, its parse is kept with the messages.

        True when the resident wrote more meanwhile.
        """
        claimed = turn.claimed
        conversation = lock_conversation(session, claimed.conversation_id)
        replies = _with_opening([Reply(one.key, one.slots) for one in answer.replies], turn)
        upset = int(answer.parse.get("upset") or 0)
        in_danger = turn.emergency.kind is not None or turn.emergency.under_way is not None
        hear_gravity(conversation, "\n".join(turn.texts), in_danger=in_danger, now=now)
        said = self.voice.compose(replies, conversation, now=now, upset=upset)
        if turn.emergency.kind is not None:  # served at intake, another matter of the same words here
            answer = answer.model_copy(update={"parse": {**answer.parse, "emergency": turn.emergency.kind}})
        originals = _originals(session, claimed.message_ids)
        done = finish_turn(
            session,
            claimed.turn_id,
            desk=desk,
            outcome="answered",
            answer=answer.model_dump(mode="json"),
            utterances=said,
            now=now,
        )
        if isinstance(done, TurnLost):
            return False
        _keep_parses(session, claimed.message_ids, parses, originals)
        if not isinstance(done, TurnDone):
            return False
        remember(conversation, replies, said, upset=upset)
        note_open_question(session, conversation.id, open_=answer.in_form, estate=self.estate, now=now)
        if claimed.channel in self.in_store:
            send_in_store(session, done.messages, desk=desk, now=now)
        cut_period_if_long(session, conversation.id, now=now, cap=self.estate.conversation.period_messages)
        return has_unhandled(session, conversation.id)

    def served_by_desk(
        self,
        session: Session,
        *,
        turn: TurnAtHand,
        parses: Sequence[dict[str, Any]] | None,
        desk: str,
        now: datetime,
    ) -> bool:
        """The emergency check answered at intake: nothing more is said, and an outage is no matter.

        True when the resident wrote more meanwhile.
        """
        claimed, kind = turn.claimed, turn.emergency.kind
        parse = {**(parses[-1] if parses else {}), "emergency": kind}
        originals = _originals(session, claimed.message_ids)
        done = finish_turn(
            session,
            claimed.turn_id,
            desk=desk,
            outcome="emergency",
            answer={"replies": [], "parse": parse},
            utterances=(),
            now=now,
        )
        if not isinstance(done, TurnDone):
            return False
        _keep_parses(session, claimed.message_ids, None, originals)
        return has_unhandled(session, claimed.conversation_id)

    def leave_to_person(
        self, session: Session, *, turn: TurnAtHand, reason: str, desk: str, now: datetime
    ) -> bool:
        """No answer of the bot's: a person is called, and the resident is told so (once).

        True when the resident wrote more meanwhile.
        """
        claimed = turn.claimed
        if not holds_turn(session, claimed.turn_id, desk=desk):
            return False  # another desk has it by now, or it is done: its words are said there
        requested = request_person(session, claimed.conversation_id, reason=reason, by=actors.BOT, now=now)
        conversation = lock_conversation(session, claimed.conversation_id)
        standing = prospect(session, conversation.id, estate=self.estate, now=now).slots()
        replies = _handover_words(requested, reason, standing)
        finish_turn(
            session,
            claimed.turn_id,
            desk=desk,
            outcome=reason,
            answer=None,
            utterances=self.voice.compose(replies, conversation, now=now),
            now=now,
        )
        if reason == "old":
            _summarise(session, conversation, turn, now)
        return has_unhandled(session, conversation.id)

    def keep_callback(
        self, session: Session, *, turn: TurnAtHand, phone: str | None, desk: str, now: datetime
    ) -> bool:
        """She would rather be called: a case with a promised time, or the question for her number.

        True when the resident wrote more meanwhile.
        """
        claimed = turn.claimed
        if not holds_turn(session, claimed.turn_id, desk=desk):
            return False
        by = actors.resident(claimed.resident_id)
        kept = leave_callback(
            session, claimed.conversation_id, phone=phone, estate=self.estate, by=by, now=now
        )
        if isinstance(kept, NumberNeeded):
            reply = Reply("utter_callback_number")
        else:
            slots = {"number": kept.opened.number, "due_at": kept.due.due_at.isoformat()}
            reply = Reply("utter_callback_kept", slots)
        return self._say_and_finish(session, turn, reply, outcome="callback", desk=desk, now=now)

    def keep_rating(
        self, session: Session, *, turn: TurnAtHand, score: int, desk: str, now: datetime
    ) -> bool:
        """She said how content she is (R42). True when the resident wrote more meanwhile."""
        claimed = turn.claimed
        if not holds_turn(session, claimed.turn_id, desk=desk):
            return False
        by = actors.resident(claimed.resident_id)
        case = rate(session, claimed.conversation_id, score=score, by=by, now=now)
        again = was_said(session, claimed.conversation_id, "utter_rated")
        slots = {"score": score, "person": case.person_in_charge if case else None, "again": again}
        reply = Reply("utter_rated" if case else "utter_rated_already", slots)
        return self._say_and_finish(session, turn, reply, outcome="rated", desk=desk, now=now)

    def _say_and_finish(
        self, session: Session, turn: TurnAtHand, reply: Reply, *, outcome: str, desk: str, now: datetime
    ) -> bool:
        conversation = lock_conversation(session, turn.claimed.conversation_id)
        finish_turn(
            session,
            turn.claimed.turn_id,
            desk=desk,
            outcome=outcome,
            answer=None,
            utterances=self.voice.compose([reply], conversation, now=now),
            now=now,
        )
        return has_unhandled(session, conversation.id)

    def tell_outage(self, session: Session, *, turn: TurnAtHand, now: datetime) -> bool:
        """Say once an outage that the message is safe. False when it was said, or a person serves her."""
        claimed = turn.claimed
        conversation = lock_conversation(session, claimed.conversation_id)
        waiting_told = conversation.mode is Mode.WAITING and conversation.waiting_told_at is not None
        if (
            conversation.outage_told_at is not None
            or waiting_told
            or not may_send(conversation, claimed.epoch)
        ):
            return False
        conversation.outage_told_at = now
        for said in self.voice.compose([Reply(OUTAGE)], conversation, now=now):
            record_outbound(
                session,
                conversation_id=conversation.id,
                sender=Sender.BOT,
                text=said.text,
                lane=Lane.BOT,
                epoch=claimed.epoch,
                buttons=said.button_rows(),
                turn_id=claimed.turn_id,
                reply_key=OUTAGE,
                now=now,
            )
        return True


def _with_opening(replies: list[Reply], turn: TurnAtHand) -> list[Reply]:
    """The first answer says who speaks; the first after a person says what she left as a note."""
    claimed = turn.claimed
    if claimed.first_of_period and claimed.note:
        return [Reply("utter_handback", {"note": claimed.note}), *replies]
    if claimed.first_of_conversation and not any(reply.key in GREETINGS for reply in replies):
        return [Reply("utter_hello"), *replies]
    return replies


def _handover_words(
    requested: PersonRequested | AlreadyWaiting | AlreadyWithPerson, reason: str, standing: dict[str, Any]
) -> list[Reply]:
    asked = reason == "asked"
    if isinstance(requested, PersonRequested):
        return with_time("utter_handed_over", {**standing, "reason": reason, "asked": asked})
    if isinstance(requested, AlreadyWaiting) and asked:
        return with_time("utter_already_waiting", standing)
    return []


def _summarise(session: Session, conversation: Conversation, turn: TurnAtHand, now: datetime) -> None:
    """One notice a wait: how many messages were left, and since when."""
    since = conversation.waiting_since or now
    give_notice(
        session,
        key=f"old:{conversation.id}:{since.isoformat()}",
        kind="old_messages",
        conversation_id=conversation.id,
        details={
            "messages": len(turn.claimed.message_ids),
            "oldest_at": turn.claimed.oldest_at.isoformat(),
        },
        now=now,
    )


def _originals(session: Session, message_ids: Sequence[int]) -> dict[int, str]:
    """What the inbox kept of texts that could not be stored as they came."""
    kept = {}
    for message_id in message_ids:
        parse = session.get_one(Message, message_id).parse
        if parse and "original" in parse:
            kept[message_id] = parse["original"]
    return kept


def _keep_parses(
    session: Session,
    message_ids: Sequence[int],
    parses: Sequence[dict[str, Any]] | None,
    originals: dict[int, str],
) -> None:
    for index, message_id in enumerate(message_ids):
        message = session.get_one(Message, message_id)
        if parses is not None:
            message.parse, message.upset = parses[index], parses[index].get("upset")
        if message_id in originals:
            message.parse = {**(message.parse or {}), "original": originals[message_id]}
