"""Tables of the channels outside the house: raw updates, what lies where at Telegram, buttons, versions.

Telegram's numbers have up to 52 bits: BIGINT everywhere.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, words
from bot.store.tables import Base, Message


class UpdateState(StrEnum):
    """What became of a raw update."""

    NEW = "new"  # stored, not yet looked at
    HANDLED = "handled"  # in the inbox, or nothing to do
    UNREADABLE = "unreadable"  # kept as it came, with the reason, for a person who mends our reading


class MessageVersion(Base):
    """What a message said before its writer changed it; `Message.text` is the newest wording."""

    __tablename__ = "message_versions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime]


class TelegramBot(Base):
    """A bot this installation receives for: where to go on reading, and when Telegram last answered."""

    __tablename__ = "telegram_bots"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    next_offset: Mapped[int | None] = mapped_column(BigInteger)
    """Last id of the last batch + 1; written in one transaction with that batch."""
    heard_at: Mapped[datetime | None]
    """When Telegram last answered (or its webhook came): tells how long we were away."""


class TelegramUpdate(Base):
    """An update as it came, stored before anything else happens to it."""

    __tablename__ = "telegram_updates"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        Index("ix_telegram_updates_state_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    """Updates of one chat are handled in order, those of others beside them."""
    raw: Mapped[str] = mapped_column(Text)
    state: Mapped[UpdateState] = mapped_column(words(UpdateState, "update_state"), default=UpdateState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(300))
    received_at: Mapped[datetime] = mapped_column(index=True)
    handled_at: Mapped[datetime | None]


class TelegramChat(Base):
    """A chat at Telegram: may we write to it, and did we say our short word to a group."""

    __tablename__ = "telegram_chats"
    __table_args__ = (UniqueConstraint("bot_id", "chat_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    blocked_at: Mapped[datetime | None]
    blocked_why: Mapped[str | None] = mapped_column(String(200))
    told_at: Mapped[datetime | None]


class TelegramMessage(Base):
    """Where a message of ours lies at Telegram; one may be several there (an album, a long text)."""

    __tablename__ = "telegram_messages"
    __table_args__ = (
        UniqueConstraint("chat_id", "telegram_id"),
        UniqueConstraint("message_id", "part"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    telegram_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"))
    part: Mapped[int]
    replied_to_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id"))
    """The message of ours (or hers) that this one answers."""
    quoted: Mapped[str | None] = mapped_column(Text)
    """The part of it that she chose to quote, else all that Telegram shows of it."""
    message: Mapped[Message] = relationship(foreign_keys=[message_id])
    replied_to: Mapped[Message | None] = relationship(foreign_keys=[replied_to_id])


class TelegramButton(Base):
    """What a pressed button stands for: Telegram carries 64 bytes, so it carries this key."""

    __tablename__ = "telegram_buttons"
    __table_args__ = (UniqueConstraint("message_id", "place"),)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"))
    place: Mapped[int]
    payload: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
