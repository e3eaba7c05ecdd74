"""What the desk itself says at Telegram, outside the assistant: commands, voice messages, late edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.transcript import record_outbound
from bot.desk.wording.composer import Reply
from bot.desk.wording.speaking import speaker
from bot.messaging.voice import Voice
from bot.store.states import Lane, Mode, Sender
from bot.store.tables import Conversation, Message


@dataclass(frozen=True)
class Saying:
    """Words of nlu_data/domain/telegram.yml, written into the conversation."""

    voice: Voice

    def say(
        self, session: Session, conversation: Conversation, replies: Sequence[Reply], now: datetime
    ) -> None:
        """Write the replies; the sender delivers them."""
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

    def say_once(self, session: Session, conversation: Conversation, key: str, now: datetime) -> None:
        """Say it, unless it was the last thing said or a person serves the chat."""
        last = session.scalars(
            select(Message.reply_key)
            .where(Message.conversation_id == conversation.id, Message.sender != Sender.RESIDENT)
            .order_by(Message.seq.desc())
            .limit(1)
        ).one_or_none()
        if last != key and conversation.mode is not Mode.HUMAN:
            self.say(session, conversation, [Reply(key)], now)

    def word(self, key: str, now: datetime) -> str:
        """What is said outside the conversation: to a group, over a button."""
        return speaker(self.voice.words, self.voice.estate, now=now)(key, {})
