"""A word for who wrote while we were away: her first answer comes late, or what she wrote is lost."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.wording.composer import Reply
from bot.messaging.channels.telegram.saying import Saying
from bot.messaging.channels.telegram.status import LOST_KIND
from bot.store.states import Mode
from bot.store.tables import Conversation, Message, Notice

LATE: Final = timedelta(minutes=30)
"""So long after she sent it a message came late: we, or Telegram, were away."""
REMEMBERED: Final = timedelta(days=3)
"""So long after a loss who writes for the first time again is told of it."""
_KEYS: Final = ("utter_telegram_away", "utter_telegram_lost")


def tell_away(
    session: Session, saying: Saying, conversation: Conversation, sent_at: datetime, *, now: datetime
) -> None:
    """Say once that we were away, ahead of the answer; where messages are lost also from when to when."""
    if conversation.mode is Mode.HUMAN:
        return
    lost = _loss(session, conversation, now)
    if lost is not None:
        if not _said_since(session, conversation, lost.at):
            between = {"since": lost.details["since"], "until": lost.details["until"]}
            saying.say(session, conversation, [Reply("utter_telegram_lost", between)], now)
    elif now - sent_at > LATE and not _said_since(session, conversation, sent_at):
        saying.say(session, conversation, [Reply("utter_telegram_away")], now)


def _loss(session: Session, conversation: Conversation, now: datetime) -> Notice | None:
    """The newest outage in which Telegram gave up messages, if she may have written before its end."""
    wanted: Any = (
        select(Notice)
        .where(Notice.kind == LOST_KIND, Notice.at > now - REMEMBERED, Notice.at > conversation.created_at)
        .order_by(Notice.id.desc())
        .limit(1)
    )
    found: Notice | None = session.scalars(wanted).one_or_none()
    return found


def _said_since(session: Session, conversation: Conversation, moment: datetime) -> bool:
    found = session.scalars(
        select(Message.id)
        .where(
            Message.conversation_id == conversation.id,
            Message.reply_key.in_(_KEYS),
            Message.created_at >= moment,
        )
        .limit(1)
    )
    return found.one_or_none() is not None
