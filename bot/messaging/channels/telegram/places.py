"""Where our messages lie at Telegram, and which chats may be written to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.channel_tables import TelegramChat, TelegramMessage
from bot.store.tables import Message


def chat_row(session: Session, bot_id: int, chat_id: int) -> TelegramChat:
    """The chat's row, made when it is new."""
    row = _chat(session, bot_id, chat_id)
    if row is None:
        row = TelegramChat(bot_id=bot_id, chat_id=chat_id)
        session.add(row)
        session.flush()
    return row


def block(session: Session, bot_id: int, chat_id: int, *, why: str, now: datetime) -> None:
    """Telegram says that we may not write there."""
    row = chat_row(session, bot_id, chat_id)
    row.blocked_at, row.blocked_why = now, why[:200]
    session.flush()


def unblock(session: Session, bot_id: int, chat_id: int) -> None:
    """She wrote, or let us in again."""
    row = _chat(session, bot_id, chat_id)
    if row is not None and row.blocked_at is not None:
        row.blocked_at, row.blocked_why = None, None
        session.flush()


def blocked_why(session: Session, bot_id: int, chat_id: int) -> str | None:
    """Why we may not write there; None: we may."""
    row = _chat(session, bot_id, chat_id)
    return row.blocked_why if row is not None and row.blocked_at is not None else None


def placed(session: Session, chat_id: int, telegram_id: int) -> Message | None:
    """The message that has this number in that chat."""
    return session.scalars(
        select(Message)
        .join(TelegramMessage, TelegramMessage.message_id == Message.id)
        .where(TelegramMessage.chat_id == chat_id, TelegramMessage.telegram_id == telegram_id)
    ).one_or_none()


def note_place(
    session: Session,
    *,
    chat_id: int,
    telegram_id: int,
    message_id: int,
    part: int | None = None,
    replied_to_id: int | None = None,
    quoted: str | None = None,
) -> None:
    """A part of our message lies there; noted twice it is there once."""
    if placed(session, chat_id, telegram_id) is not None:
        return
    if part is None:
        part = session.scalars(
            select(func.count()).select_from(TelegramMessage).where(TelegramMessage.message_id == message_id)
        ).one()
    session.add(
        TelegramMessage(
            chat_id=chat_id,
            telegram_id=telegram_id,
            message_id=message_id,
            part=part,
            replied_to_id=replied_to_id,
            quoted=quoted,
        )
    )
    session.flush()


def parts_sent(session: Session, message_id: int) -> dict[int, int]:
    """The parts of our message that Telegram has, with their numbers there."""
    rows: Sequence[TelegramMessage] = session.scalars(
        select(TelegramMessage).where(TelegramMessage.message_id == message_id)
    ).all()
    return {row.part: row.telegram_id for row in rows}


def newest(session: Session, chat_id: int) -> tuple[int, Message] | None:
    """The last message of the chat that we know of, with its number there."""
    row = session.scalars(
        select(TelegramMessage)
        .where(TelegramMessage.chat_id == chat_id)
        .order_by(TelegramMessage.telegram_id.desc())
        .limit(1)
    ).one_or_none()
    return (row.telegram_id, row.message) if row is not None else None


def _chat(session: Session, bot_id: int, chat_id: int) -> TelegramChat | None:
    return session.scalars(
        select(TelegramChat).where(TelegramChat.bot_id == bot_id, TelegramChat.chat_id == chat_id)
    ).one_or_none()
