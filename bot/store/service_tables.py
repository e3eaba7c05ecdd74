"""Tables of the people who serve chats: presence, offers, looks, notes, drafts, phrases, calls, traits."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, words
from bot.store.emergency_tables import PageState
from bot.store.tables import Agent, Base


class Chosen(StrEnum):
    """What a person says of herself; whether she is there at all is seen by her page's heartbeat."""

    ONLINE = "online"  # 在线：可以接待
    BUSY = "busy"  # 忙碌：继续手上的会话，不再分配新的
    AWAY = "away"  # 离开


class OfferEnd(StrEnum):
    """How an offer of a chat ended."""

    TAKEN = "taken"  # she took it
    ELSEWHERE = "elsewhere"  # a colleague took it, or nobody is wanted any more
    PASSED = "passed"  # her time was over
    DECLINED = "declined"  # she said no
    GONE = "gone"  # she went away, or to another state


class Presence(Base):
    """A person at the chats: when her page was last heard, what she chose, how much she takes."""

    __tablename__ = "presences"
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), primary_key=True)
    chosen: Mapped[Chosen] = mapped_column(words(Chosen), default=Chosen.ONLINE)
    seen_at: Mapped[datetime | None]
    """The last heartbeat; None once she signed out."""
    missed: Mapped[int] = mapped_column(default=0)
    """Offers in a row that she let pass."""
    capacity: Mapped[int | None]
    """Her own number, where it is not the estate's."""
    skills: Mapped[list[Any]] = mapped_column(default=list)
    """Keys of departments she answers for; empty: everything."""


class ChatOffer(Base):
    """A waiting chat kept for one person until a time; at most one is open for each conversation."""

    __tablename__ = "chat_offers"
    __table_args__ = (
        Index(
            "uq_chat_offers_one_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("outcome is null"),
            postgresql_where=text("outcome is null"),
        ),
        Index("ix_chat_offers_conversation_id_offered_at", "conversation_id", "offered_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"))
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    offered_at: Mapped[datetime]
    until: Mapped[datetime]
    outcome: Mapped[OfferEnd | None] = mapped_column(words(OfferEnd))
    ended_at: Mapped[datetime | None]


class ChatLook(Base):
    """Who has a chat open on her page, and when she last wrote in it."""

    __tablename__ = "chat_looks"
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), primary_key=True)
    seen_at: Mapped[datetime]
    typing_at: Mapped[datetime | None]


class ChatNote(Base):
    """A private note 内部备注 in a conversation; the resident never sees it."""

    __tablename__ = "chat_notes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of the agents it names with @."""
    at: Mapped[datetime]
    agent: Mapped[Agent] = relationship()


class ChatDraft(Base):
    """What somebody began to write to a resident and has not sent: it survives a lost browser."""

    __tablename__ = "chat_drafts"
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class ResidentTrait(Base):
    """A special need or a preference of a resident 特殊需求与偏好 (R29), kept until it is taken away."""

    __tablename__ = "resident_traits"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    resident_id: Mapped[int] = mapped_column(BigId, ForeignKey("residents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """need | preference"""
    text: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(60))


class QuickPhrase(Base):
    """A quick phrase 常用语 of the estate (no owner) or of one person; `key` replaces a shipped one."""

    __tablename__ = "quick_phrases"
    __table_args__ = (UniqueConstraint("key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    key: Mapped[str | None] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    hidden: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class ServiceCall(Base):
    """One call to one person because a waiting chat was not taken; written before it is made."""

    __tablename__ = "service_calls"
    __table_args__ = (
        UniqueConstraint("conversation_id", "wait_began_at", "step", "device", "address"),
        Index("ix_service_calls_state_due_at", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    wait_began_at: Mapped[datetime]
    step: Mapped[int]
    device: Mapped[str] = mapped_column(String(20))
    """webhook | sms"""
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[PageState] = mapped_column(words(PageState), default=PageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    desk: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))


class SecondFactor(Base):
    """A person's second factor 两步验证 (RFC 6238): asked at each sign-in once it is confirmed."""

    __tablename__ = "second_factors"
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), primary_key=True)
    required: Mapped[bool] = mapped_column(default=False)
    """An admin wants it: without one she sees nothing but the page that makes it."""
    secret: Mapped[str | None] = mapped_column(String(120))
    """Sealed with the data folder's key (`bot/desk/people/sealing.py`)."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    """The step of the last code taken: no code is taken twice."""
    recovery: Mapped[list[Any]] = mapped_column(default=list)
    """Hashes of the recovery codes that are left."""


class VerifiedSession(Base):
    """A signed-in browser that has shown its second factor; the others of the same person have not."""

    __tablename__ = "verified_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    at: Mapped[datetime]


class ChatEnding(Base):
    """How a person ended serving a chat (R41): a reason code and a note; what the archive lists."""

    __tablename__ = "chat_endings"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    """Who served it; None where nobody ever did."""
    reason: Mapped[str] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(Text)
    began_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(index=True)
    agent: Mapped[Agent | None] = relationship()


class QualityCheck(Base):
    """A supervisor's look at a served chat 质检 (R45): a score and a comment, once each."""

    __tablename__ = "quality_checks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ending_id: Mapped[int] = mapped_column(BigId, ForeignKey("chat_endings.id"), unique=True)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("agents.id"))
    score: Mapped[int]
    """1 to 5."""
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class CaseRating(Base):
    """Whether a resident is content with a closed case 评价 (R42): asked once, whatever she answers."""

    __tablename__ = "case_ratings"
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), primary_key=True)
    asked_at: Mapped[datetime]
    score: Mapped[int | None]
    """3 content, 2 so-so, 1 not content; None while she has not answered."""
    rated_at: Mapped[datetime | None]
