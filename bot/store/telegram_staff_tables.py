"""Tables of the staff group at Telegram: the group, who is who in it, one topic a chat, what was posted.

The group mirrors the workspace and is never the record. Telegram's numbers have up to 52 bits: BIGINT.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, words
from bot.store.tables import Agent, Attachment, Base, Conversation

ASKS_NOTE: Final = "asks_note"
"""The kind of a post that asks for the note of a hand-back: who serves the chat and replies hands it back."""


class PostState(StrEnum):
    """How far a post is."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed by a desk: what became of it is not known until it says so
    SENT = "sent"
    FAILED = "failed"  # Telegram refuses it for good


class StaffGroup(Base):
    """The group of one bot: waited for by a one-time code, then bound."""

    __tablename__ = "telegram_staff_groups"
    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    title: Mapped[str] = mapped_column(String(255), default="")
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    bound_at: Mapped[datetime | None]
    bound_by: Mapped[str | None] = mapped_column(String(60))
    wait_until: Mapped[datetime | None]
    """Telegram asked all desks to leave the group alone until then (429)."""
    fault: Mapped[str | None] = mapped_column(String(40))
    """not_there | not_forum | no_rights | refused: why nothing can be posted; None while all is well."""


class StaffMember(Base):
    """Which person at the desk an account at Telegram belongs to."""

    __tablename__ = "telegram_staff_members"
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), unique=True)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    agent: Mapped[Agent] = relationship()


class StaffTopic(Base):
    """The topic of one conversation, and how far the transcript was shown in it."""

    __tablename__ = "telegram_topics"
    __table_args__ = (
        UniqueConstraint("chat_id", "conversation_id"),
        UniqueConstraint("chat_id", "thread_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    """None until it is made, and again once it was found deleted."""
    made: Mapped[int] = mapped_column(default=0)
    """How often it was made."""
    closed: Mapped[bool] = mapped_column(default=False)
    header_id: Mapped[int | None] = mapped_column(BigInteger)
    header_key: Mapped[str] = mapped_column(String(120), default="")
    """What the first message speaks of; when it changes, the message is written anew."""
    pinned: Mapped[bool] = mapped_column(default=False)
    seen_revision: Mapped[int] = mapped_column(default=0)
    """Messages up to this revision are in posts; written in one transaction with them."""
    seen_event: Mapped[int] = mapped_column(BigInteger, default=0)
    conversation: Mapped[Conversation] = relationship()


class StaffPost(Base):
    """One message of ours to a topic, written before it is sent."""

    __tablename__ = "telegram_staff_posts"
    __table_args__ = (Index("ix_telegram_staff_posts_state_id", "state", "id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic_id: Mapped[int] = mapped_column(BigId, ForeignKey("telegram_topics.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="lines")
    """lines | word (to one person, before all lines) | ASKS_NOTE."""
    text: Mapped[str] = mapped_column(Text)
    attachment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("attachments.id"))
    reply_to: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[PostState] = mapped_column(words(PostState, "staff_post_state"), default=PostState.QUEUED)
    desk: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    doubtful: Mapped[bool] = mapped_column(default=False)
    """It may be there already: Telegram never said. It is sent again, and says so."""
    tries: Mapped[int] = mapped_column(default=0)
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime]
    """When the oldest thing it tells of happened."""
    sent_at: Mapped[datetime | None]
    topic: Mapped[StaffTopic] = relationship()
    attachment: Mapped[Attachment | None] = relationship()


class StaffPlace(Base):
    """A message that stands in a topic: shown by us, or written there by an agent."""

    __tablename__ = "telegram_staff_places"
    topic_id: Mapped[int] = mapped_column(BigId, ForeignKey("telegram_topics.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), primary_key=True)
    telegram_id: Mapped[int | None] = mapped_column(BigInteger)
    """Its number there, where an agent wrote it."""
    shown: Mapped[str] = mapped_column(String(80))
    """What of it was shown (its wording's hash, how its delivery stood): a change is told."""
