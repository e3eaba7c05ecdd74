"""Tables of the handbook: entries written at the desk, and the questions nobody could answer yet (R43)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import BigId, words
from bot.store.tables import Base


class QuestionState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"  # an entry was written for it
    SET_ASIDE = "set_aside"  # no question for the handbook


class HandbookEdit(Base):
    """An entry published at the desk; the newest of a key that was not taken back holds."""

    __tablename__ = "handbook_edits"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    content: Mapped[dict[str, Any]]
    """The entry as a handbook file would hold it."""
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(60))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(60))


class UnansweredQuestion(Base):
    """A question the handbook does not answer, in the resident's words."""

    __tablename__ = "unanswered_questions"
    __table_args__ = (Index("ix_unanswered_questions_state_asked_at", "state", "asked_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    nearest: Mapped[list[Any]] = mapped_column(default=list)
    """Keys of entries that came near."""
    asked_at: Mapped[datetime]
    state: Mapped[QuestionState] = mapped_column(
        words(QuestionState, "question_state"), default=QuestionState.OPEN
    )
    edit_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("handbook_edits.id"), index=True)
    """The entry that answered it."""
    case_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cases.id"))
    """The case she had opened because she wished to hear the answer, once she was told."""
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(60))
