"""What a resident did at Telegram becomes rows of the desk, in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies.telling import Telling
from bot.desk.people.residents import ExpiredCode, TooManyTries, Verified, verify_with_code
from bot.desk.rows import lock_conversation
from bot.desk.talk.conversations import open_conversation, request_person
from bot.desk.talk.transcript import attached, storable, touch
from bot.desk.wording.composer import Reply
from bot.messaging import inbox
from bot.messaging.channels.telegram.away import tell_away
from bot.messaging.channels.telegram.deeds import Deeds
from bot.messaging.channels.telegram.duty import TAKE, DutyButton
from bot.messaging.channels.telegram.heard import Fetched, Heard
from bot.messaging.channels.telegram.names import NAME
from bot.messaging.channels.telegram.places import note_place, placed, unblock
from bot.messaging.channels.telegram.reading import Did, Incoming
from bot.messaging.channels.telegram.saying import Saying
from bot.messaging.emergencies import EmergencyCheck
from bot.messaging.voice import Voice
from bot.store import actors
from bot.store.channel_tables import MessageVersion
from bot.store.states import Mode
from bot.store.tables import Conversation, Message

VOICE_REASON: Final = "voice"
PAYLOADS: Final = {"/repair": "/repair", "/status": "/status"}
"""Commands of the menu that mean what a button would."""


@dataclass(frozen=True)
class Hearing:
    """Writes down what residents do; the words come from nlu_data/domain/telegram.yml."""

    voice: Voice
    bot_id: int
    desk_url: str | None = None
    """The workspace's public address, for people on duty."""

    @property
    def parts(self) -> Mapping[str, str]:
        """How a place, a contact, a lost file, a command reads in the transcript."""
        return self.voice.words.labels["telegram"]

    @property
    def emergencies(self) -> EmergencyCheck:
        """The check every message passes when it is stored."""
        return EmergencyCheck(Telling(self.voice.words, self.voice.estate), desk_id=f"{NAME}:{self.bot_id}")

    @property
    def _saying(self) -> Saying:
        return Saying(self.voice)

    @property
    def _deeds(self) -> Deeds:
        return Deeds(self._saying, self.bot_id, self.emergencies)

    def hear(
        self,
        session: Session,
        incoming: Incoming,
        fetched: Fetched,
        *,
        telegram_ids: Sequence[int],
        now: datetime,
    ) -> Heard:
        """Store it. `telegram_ids`: the messages it came in (several for an album)."""
        if incoming.did is Did.NOTHING:
            return Heard()
        if incoming.did is Did.IN_GROUP:
            return self._deeds.in_group(session, incoming, now)
        if incoming.did is Did.PRESSED and incoming.data.startswith(TAKE):
            return DutyButton(self.emergencies.telling, self.desk_url).press(session, incoming, now)
        conversation = open_conversation(
            session, channel=NAME, address=str(incoming.chat_id), name=incoming.name[:80] or None, now=now
        )
        conversation = lock_conversation(session, conversation.id)
        if incoming.did is Did.BLOCKED:
            return self._deeds.blocked(session, conversation, incoming, now)
        unblock(session, self.bot_id, incoming.chat_id)
        if incoming.did is Did.UNBLOCKED:
            return Heard(conversation.id)
        if incoming.did is Did.PRESSED:
            return self._deeds.press(session, conversation, incoming, now)
        if incoming.did is Did.EDITED:
            message = placed(session, incoming.chat_id, incoming.telegram_id)
            if message is not None:
                return self._deeds.edit(session, conversation, message, incoming, now)
        return self._message(session, conversation, incoming, fetched, telegram_ids, now)

    # --- messages ----------------------------------------------------------------------------------------

    def _message(
        self,
        session: Session,
        conversation: Conversation,
        incoming: Incoming,
        fetched: Fetched,
        telegram_ids: Sequence[int],
        now: datetime,
    ) -> Heard:
        text, payload = self._wording(incoming, fetched)
        channel_id = f"album:{incoming.album}" if incoming.album else f"m{incoming.telegram_id}"
        late = self._late_picture(session, conversation, channel_id, fetched)
        if late is not None:
            return self._placed(session, conversation, incoming, late, telegram_ids)
        recorded = inbox.receive(
            session,
            conversation_id=conversation.id,
            channel_id=channel_id if not self._known(session, conversation, channel_id) else f"{channel_id}+",
            text=text,
            payload=payload,
            attachments=fetched.files,
            emergencies=self.emergencies,
            now=now,
        )
        if not recorded.new:
            if recorded.message.text != storable(text):  # its edit was quicker: this is the older wording
                old = MessageVersion(message_id=recorded.message.id, text=storable(text), replaced_at=now)
                session.add(old)
            return Heard(conversation.id)
        heard = self._placed(session, conversation, incoming, recorded.message, telegram_ids)
        if not recorded.heard.concerns:
            tell_away(session, self._saying, conversation, incoming.sent_at or now, now=now)
        self._respond(session, conversation, recorded.message, incoming, fetched, now)
        return heard

    def _wording(self, incoming: Incoming, fetched: Fetched) -> tuple[str, str | None]:
        """What stands in the transcript, and the payload of a command that means a button."""
        text = incoming.text
        if incoming.did is Did.COMMAND:
            said = self.parts.get(text, text)
            if text == "/human" and incoming.argument:
                said = f"{said} {incoming.argument}"
            return said, PAYLOADS.get(text)
        if incoming.did is Did.LOCATION and incoming.place is not None:
            text = self.parts["location"].format(latitude=incoming.place[0], longitude=incoming.place[1])
        elif incoming.did is Did.CONTACT:
            form = self.parts["own_contact" if incoming.own_phone else "contact"]
            text = form.format(name=incoming.text, phone=incoming.phone)
        elif incoming.did is Did.OTHER:
            text = self.parts["other"]
        if fetched.lost:
            text = "\n".join(filter(None, (text, self.parts["file_lost"])))
        return text, None

    def _respond(
        self,
        session: Session,
        conversation: Conversation,
        message: Message,
        incoming: Incoming,
        fetched: Fetched,
        now: datetime,
    ) -> None:
        """What the desk itself says to it; what is for the assistant is left to the dispatcher."""
        own_words = inbox.is_blank(incoming.text) or incoming.did in _NOT_FOR_THE_BOT
        if incoming.did is Did.COMMAND:
            self._command(session, conversation, message, incoming, now)
            return
        if fetched.lost:
            self._saying.say(session, conversation, [Reply("utter_telegram_file_lost")], now)
            own_words = own_words and not fetched.files
        elif incoming.did is Did.SPOKE:
            if conversation.mode is not Mode.HUMAN:
                request_person(session, conversation.id, reason=VOICE_REASON, by=actors.BOT, now=now)
                self._saying.say_once(session, conversation, "utter_telegram_voice", now)
        elif incoming.did in _WORDS:
            self._saying.say_once(session, conversation, _WORDS[incoming.did], now)
        else:
            return
        if own_words and conversation.mode is not Mode.HUMAN:
            message.handled_at = now

    def _command(
        self,
        session: Session,
        conversation: Conversation,
        message: Message,
        incoming: Incoming,
        now: datetime,
    ) -> None:
        command = incoming.text
        if command in PAYLOADS or command == "/human":
            return  # the dispatcher's
        message.handled_at = now
        if command == "/start" and incoming.argument:
            self._bind(session, conversation, incoming, now)
        elif command == "/id":
            shown = Reply("utter_telegram_id", {"chat_id": str(incoming.chat_id)})
            self._saying.say(session, conversation, [shown], now)
        elif conversation.mode is not Mode.HUMAN:
            key = "utter_telegram_start" if command == "/start" else "utter_telegram_help"
            self._saying.say(session, conversation, [Reply(key)], now)

    def _bind(self, session: Session, conversation: Conversation, incoming: Incoming, now: datetime) -> None:
        """A one-time code of an agent, in the link she was given, proves her home (R24)."""
        outcome = verify_with_code(
            session,
            resident_id=conversation.resident_id,
            code=incoming.argument,
            now=now,
            address=f"{NAME} {incoming.chat_id}",
        )
        if isinstance(outcome, Verified):
            reply = Reply("utter_telegram_bound", {"home_said": _home(outcome.home)})
        elif isinstance(outcome, ExpiredCode):
            reply = Reply("utter_telegram_code_expired")
        elif isinstance(outcome, TooManyTries):
            reply = Reply("utter_telegram_code_later", {"until": outcome.until.isoformat()})
        else:
            reply = Reply("utter_telegram_code_wrong")
        self._saying.say(session, conversation, [reply], now)

    def _late_picture(
        self, session: Session, conversation: Conversation, channel_id: str, fetched: Fetched
    ) -> Message | None:
        """A picture of an album that is already stored and that nobody has begun to handle: it goes there."""
        if not channel_id.startswith("album:"):
            return None
        message = self._known(session, conversation, channel_id)
        if message is None or message.turn_id is not None or message.handled_at is not None:
            return None
        message.attachments.extend(attached(file) for file in fetched.files)
        touch(session, message)
        return message

    def _known(self, session: Session, conversation: Conversation, channel_id: str) -> Message | None:
        """Only an album may come in pieces; a message has one number."""
        if not channel_id.startswith("album:"):
            return None
        return session.scalars(
            select(Message).where(
                Message.conversation_id == conversation.id, Message.channel_id == channel_id
            )
        ).one_or_none()

    def _placed(
        self,
        session: Session,
        conversation: Conversation,
        incoming: Incoming,
        message: Message,
        telegram_ids: Sequence[int],
    ) -> Heard:
        answered = None
        if incoming.replied_to is not None:
            answered = placed(session, incoming.chat_id, incoming.replied_to)
        for telegram_id in telegram_ids:
            note_place(
                session,
                chat_id=incoming.chat_id,
                telegram_id=telegram_id,
                message_id=message.id,
                replied_to_id=answered.id if answered else None,
                quoted=storable(incoming.quoted) or None,
            )
        return Heard(conversation.id)


_WORDS: Final = {
    Did.LOCATION: "utter_telegram_location",
    Did.STICKER: "utter_telegram_sticker",
    Did.OTHER: "utter_telegram_other",
}
_NOT_FOR_THE_BOT: Final = frozenset(_WORDS)


def _home(key: str) -> dict[str, Any]:
    parts = key.split("-")
    names = ("building", "unit", "room") if len(parts) == 3 else ("building", "room")
    return dict(zip(names, parts, strict=False))
