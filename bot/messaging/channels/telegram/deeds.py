"""What is done at Telegram without writing: a button pressed, a message edited, the bot blocked, a group."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.people.notices import give_notice
from bot.desk.talk.transcript import storable, touch
from bot.messaging import inbox
from bot.messaging.channels.telegram.heard import Heard
from bot.messaging.channels.telegram.places import chat_row
from bot.messaging.channels.telegram.reading import Incoming
from bot.messaging.channels.telegram.saying import Saying
from bot.messaging.emergencies import EmergencyCheck
from bot.store.channel_tables import MessageVersion, TelegramButton
from bot.store.states import Mode, Sender
from bot.store.tables import Conversation, Message

BUTTON_LIFE: Final = timedelta(days=30)
GROUP_QUIET: Final = timedelta(days=1)
ALERT: Final = 200
"""Longest answer to a pressed button."""


@dataclass(frozen=True)
class Deeds:
    """Writes down what residents do with messages and with the bot."""

    saying: Saying
    bot_id: int
    emergencies: EmergencyCheck

    def press(self, session: Session, conversation: Conversation, incoming: Incoming, now: datetime) -> Heard:
        """A pressed button is a payload only if its key was given out in this conversation."""
        button = session.get(TelegramButton, incoming.data)
        shown = session.get(Message, button.message_id) if button else None
        here = shown is not None and shown.conversation_id == conversation.id
        if button is None or not here or button.created_at < now - BUTTON_LIFE:
            expired = self.saying.word("utter_telegram_button_expired", now)
            return Heard(conversation.id, callback_word=expired[:ALERT])
        if not _pressed_just_now(session, conversation, button.key):
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

    def edit(
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
            self.saying.say_once(session, conversation, "utter_telegram_edit_late", now)
        session.flush()
        return Heard(conversation.id)

    def blocked(
        self, session: Session, conversation: Conversation, incoming: Incoming, now: datetime
    ) -> Heard:
        """She switched the bot off: people see that she cannot be written to."""
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

    def in_group(self, session: Session, incoming: Incoming, now: datetime) -> Heard:
        """A group gets a short word, at most once a day, and no service: what is private stays private."""
        row = chat_row(session, self.bot_id, incoming.chat_id)
        if row.told_at is not None and row.told_at > now - GROUP_QUIET:
            return Heard()
        row.told_at = now
        return Heard(group_word=self.saying.word("utter_telegram_group", now))


def _pressed_just_now(session: Session, conversation: Conversation, key: str) -> bool:
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
