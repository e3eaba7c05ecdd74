"""Tables of emergencies: the alarm of a case, whose cries it holds, the open question, pages to people."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, words
from bot.store.tables import Base, Case


class AlarmState(StrEnum):
    """How far help is. OVER, FALSE and MERGED are ends."""

    RAISED = "raised"  # people are paged until somebody answers
    ACKNOWLEDGED = "acknowledged"  # a person has it 已有人处理
    ON_THE_SPOT = "on_the_spot"  # 已到场
    OVER = "over"  # 已解除
    FALSE = "false"  # it was none 误报
    MERGED = "merged"  # the same as another one: its voices are there


class PageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"  # a device took it, or a person's screen showed it
    FAILED = "failed"
    CANCELLED = "cancelled"  # somebody answered before it went out


class Alarm(Base):
    """The urgent side of an emergency case: one for each place and kind while it lasts."""

    __tablename__ = "alarms"
    __table_args__ = (Index("ix_alarms_state_next_at", "state", "next_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    building: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(20))
    confirmed: Mapped[bool]
    """False: the words left a doubt and nobody took it away (no answer within the minute)."""
    repeated_false: Mapped[int] = mapped_column(default=0)
    """How many false cries the sender had today: shown to people, never a reason to be silent."""
    state: Mapped[AlarmState] = mapped_column(words(AlarmState), default=AlarmState.RAISED)
    step: Mapped[int] = mapped_column(default=0)
    """Place in the chain of `estate.yml`: on duty, next, manager."""
    round: Mapped[int] = mapped_column(default=1)
    next_at: Mapped[datetime | None]
    """When the next page is due; None once a person has it."""
    raised_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    """When the first page was delivered: from then on 已通知 is true."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(60))
    arrived_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    neighbours_told_at: Mapped[datetime | None]
    afterwards: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the closing asked for: cause, damage, insurance, prevention."""
    merged_into_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("alarms.id"))
    case: Mapped[Case] = relationship()
    voices: Mapped[list["AlarmVoice"]] = relationship(back_populates="alarm", order_by="AlarmVoice.id")


class AlarmVoice(Base):
    """A message that belongs to an alarm, once: a `cry` for help, a `detail` that was asked for, `more`, or
    what she said `after` it.

    Neighbours who cry about the same thing are voices of one alarm.
    """

    __tablename__ = "alarm_voices"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alarm_id: Mapped[int] = mapped_column(BigId, ForeignKey("alarms.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), unique=True)
    what: Mapped[str] = mapped_column(String(10), default="cry")
    at: Mapped[datetime]
    alarm: Mapped[Alarm] = relationship(back_populates="voices")


class EmergencyQuestion(Base):
    """A question the desk asked without Rasa: is it so (`doubt`), or what helps those who come (`detail`)."""

    __tablename__ = "emergency_questions"
    __table_args__ = (
        Index("ix_emergency_questions_due_at", "due_at"),
        UniqueConstraint("message_id", "what"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"))
    """The message that made the desk ask."""
    alarm_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("alarms.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When silence pages a person; None for a question that may stay open, and once it is settled."""
    outcome: Mapped[str | None] = mapped_column(String(10))
    """yes | no | unclear | silence | told; None while it is open."""
    answer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id"), unique=True)


class Page(Base):
    """One call to one person on one device, written before it is made."""

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("alarm_id", "step", "round", "device", "address"),
        Index("ix_pages_state_due_at", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alarm_id: Mapped[int] = mapped_column(BigId, ForeignKey("alarms.id"), index=True)
    step: Mapped[int]
    round: Mapped[int]
    device: Mapped[str] = mapped_column(String(20))
    """desk 工作台 | webhook | sms"""
    role: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(120))
    """A telephone number; "" for the desk page and the webhook."""
    state: Mapped[PageState] = mapped_column(words(PageState), default=PageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    desk: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))
    alarm: Mapped[Alarm] = relationship()
