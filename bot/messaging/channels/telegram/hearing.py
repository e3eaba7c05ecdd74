"""What a resident did at Telegram becomes rows of the desk, in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies.telling import Telling
from bot.desk.people.notices import give_notice
from bot.desk.people.residents import ExpiredCode, TooManyTries, Verified, verify_with_code
from bot.desk.rows import lock_conversation
from bot.desk.talk.conversations import open_conversation, request_person
from bot.desk.talk.transcript import NewAttachment, record_outbound, storable, touch
from bot.desk.wording.composer import Reply
from bot.desk.wording.speaking import speaker
from bot.messaging import inbox
from bot.messaging.channels.telegram.names import NAME
from bot.messaging.channels.telegram.places import chat_row, note_place, placed, unblock
from bot.messaging.channels.telegram.reading import Did, Incoming
from bot.messaging.emergencies import EmergencyCheck
from bot.messaging.voice import Voice
from bot.store import actors
from bot.store.channel_tables import MessageVersion, TelegramButton
from bot.store.states import Lane, Mode, Sender
from bot.store.tables import Attachment, Conversation, Message

VOICE_REASON: Final = "voice"
BUTTON_LIFE: Final = timedelta(days=30)
GROUP_QUIET: Final = timedelta(days=1)
ALERT: Final = 200
"""Longest answer to a pressed button."""
PAYLOADS: Final = {"/repair": "/repair", "/status": "/status"}
"""Commands of the menu that mean what a button would."""


@dataclass(frozen=True)
class Fetched:
    """The files of a message that are in our store, and how many could not be had."""

    files: tuple[NewAttachment, ...] = ()
    lost: int = 0


@dataclass(frozen=True)
class Heard:
    """What is left to do once it is committed."""

    conversation_id: int | None = None
    callback_word: str | None = None
    """Answer the pressed button with these words, as an alert; "" with none."""
    group_word: str | None = None


@dataclass(frozen=True)
class Hearing:
    """Writes down what residents do; the words come from nlu_data/domain/telegram.yml."""

    voice: Voice
    bot_id: int

    @property
    def parts(self) -> Mapping[str, str]:
        """How a place, a contact, a lost file, a command reads in the transcript."""
        return self.voice.words.labels["telegram"]

    @property
    def emergencies(self) -> EmergencyCheck:
        """The check every message passes when it is stored."""
        return EmergencyCheck(Telling(self.voice.words, self.voice.estate), desk_id=f"{NAME}:{self.bot_id}")

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
            return self._group(session, incoming, now)
        conversation = open_conversation(
            session, channel=NAME, address=str(incoming.chat_id), name=incoming.name[:80] or None, now=now
        )
        conversation = lock_conversation(session, conversation.id)
        if incoming.did is Did.BLOCKED:
            return self._blocked(session, conversation, incoming, now)
        unblock(session, self.bot_id, incoming.chat_id)
        if incoming.did is Did.UNBLOCKED:
            return Heard(conversation.id)
        if incoming.did is Did.PRESSED:
            return self._press(session, conversation, incoming, now)
        if incoming.did is Did.EDITED:
            message = placed(session, incoming.chat_id, incoming.telegram_id)
            if message is not None:
                return self._edit(session, conversation, message, incoming, now)
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
            self._say(session, conversation, [Reply("utter_telegram_file_lost")], now)
            own_words = own_words and not fetched.files
        elif incoming.did is Did.SPOKE:
            if conversation.mode is not Mode.HUMAN:
                request_person(session, conversation.id, reason=VOICE_REASON, by=actors.BOT, now=now)
                self._say_once(session, conversation, "utter_telegram_voice", now)
        elif incoming.did in _WORDS:
            self._say_once(session, conversation, _WORDS[incoming.did], now)
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
        elif conversation.mode is not Mode.HUMAN:
            key = "utter_telegram_start" if command == "/start" else "utter_telegram_help"
            self._say(session, conversation, [Reply(key)], now)

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
        self._say(session, conversation, [reply], now)

    def _late_picture(
        self, session: Session, conversation: Conversation, channel_id: str, fetched: Fetched
    ) -> Message | None:
        """A picture of an album that is already stored and that nobody has begun to handle: it goes there."""
        if not channel_id.startswith("album:"):
            return None
        message = self._known(session, conversation, channel_id)
        if message is None or message.turn_id is not None or message.handled_at is not None:
            return None
        for file in fetched.files:
            message.attachments.append(
                Attachment(
                    media_type=file.media_type,
                    name=storable(file.name),
                    size=file.size,
                    sha256=file.sha256,
                    width=file.width,
                    height=file.height,
                )
            )
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
            )
        return Heard(conversation.id)

    # --- what is done to messages ------------------------------------------------------------------------

    def _press(
        self, session: Session, conversation: Conversation, incoming: Incoming, now: datetime
    ) -> Heard:
        """A pressed button is a payload only if its key was given out in this conversation."""
        button = session.get(TelegramButton, incoming.data)
        shown = session.get(Message, button.message_id) if button else None
        here = shown is not None and shown.conversation_id == conversation.id
        if button is None or not here or button.created_at < now - BUTTON_LIFE:
            expired = self._word("utter_telegram_button_expired", now)
            return Heard(conversation.id, callback_word=expired[:ALERT])
        if not self._pressed_just_now(session, conversation, button.key):
            inbox.receive(
                session,
                conversation_id=conversation.id,
                channel_id=f"press:{button.key}:{incoming.callback}"[:120],
                text=button.title,
                payload=button.payload,
                emergencies=self.emergencies,
                now=now,
            )
        return Heard(conversation.id, callback_word="")

    def _pressed_just_now(self, session: Session, conversation: Conversation, key: str) -> bool:
        """A second tap before the first was answered changes nothing."""
        newest = session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation.id, Message.sender == Sender.RESIDENT)
            .order_by(Message.seq.desc())
            .limit(1)
        ).one_or_none()
        if newest is None or newest.handled_at is not None:
            return False
        return (newest.channel_id or "").startswith(f"press:{key}:")

    def _word(self, key: str, now: datetime) -> str:
        """What is said outside the conversation: to a group, over a button."""
        return speaker(self.voice.words, self.voice.estate, now=now)(key, {})

    def _edit(
        self,
        session: Session,
        conversation: Conversation,
        message: Message,
        incoming: Incoming,
        now: datetime,
    ) -> Heard:
        """The newest wording counts while nobody has begun to handle it; the older ones are kept."""
        new = storable(incoming.text)
        if message.sender is not Sender.RESIDENT or not new or new == message.text:
            return Heard()  # a live place that moves, a preview that was added
        session.add(MessageVersion(message_id=message.id, text=message.text, replaced_at=now))
        message.text = new
        touch(session, message)
        begun = message.turn_id is not None or message.handled_at is not None
        urgent = self.emergencies.look(session, message, now=now).concerns
        if begun and not urgent and conversation.mode is not Mode.HUMAN:
            self._say_once(session, conversation, "utter_telegram_edit_late", now)
        session.flush()
        return Heard(conversation.id)

    def _blocked(
        self, session: Session, conversation: Conversation, incoming: Incoming, now: datetime
    ) -> Heard:
        row = chat_row(session, self.bot_id, incoming.chat_id)
        row.blocked_at, row.blocked_why = now, "blocked by the resident"
        give_notice(
            session,
            key=f"telegram_blocked:{conversation.id}:{now:%Y-%m-%d}",
            kind="telegram_blocked",
            conversation_id=conversation.id,
            now=now,
        )
        return Heard(conversation.id)

    def _group(self, session: Session, incoming: Incoming, now: datetime) -> Heard:
        """A group gets a short word, at most once a day, and no service: what is private stays private."""
        row = chat_row(session, self.bot_id, incoming.chat_id)
        if row.told_at is not None and row.told_at > now - GROUP_QUIET:
            return Heard()
        row.told_at = now
        return Heard(group_word=self._word("utter_telegram_group", now))

    # --- words -------------------------------------------------------------------------------------------

    def _say_once(self, session: Session, conversation: Conversation, key: str, now: datetime) -> None:
        """Say it, unless it was the last thing said."""
        last = session.scalars(
            select(Message.reply_key)
            .where(Message.conversation_id == conversation.id, Message.sender != Sender.RESIDENT)
            .order_by(Message.seq.desc())
            .limit(1)
        ).one_or_none()
        if last != key and conversation.mode is not Mode.HUMAN:
            self._say(session, conversation, [Reply(key)], now)

    def _say(
        self, session: Session, conversation: Conversation, replies: Sequence[Reply], now: datetime
    ) -> None:
        for said in self.voice.compose(replies, conversation, now=now):
            record_outbound(
                session,
                conversation_id=conversation.id,
                sender=Sender.SYSTEM,
                text=said.text,
                lane=Lane.BOT,
                epoch=None,
                buttons=said.button_rows(),
                reply_key=said.reply_key or None,
                now=now,
            )


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
