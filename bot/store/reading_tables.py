"""What a message really meant, where the assistant read it wrongly or was not sure: for the next training."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, words
from bot.store.tables import Base, Message


class ReadingSource(StrEnum):
    AGENT = "agent"  # a person at the desk put the reading right
    RESIDENT = "resident"  # she chose between two readings herself


class CorrectedReading(Base):
    """The true reading of one message; the words themselves stay with the message."""

    __tablename__ = "corrected_readings"
    __table_args__ = (
        UniqueConstraint("message_id", "source"),
        Index("ix_corrected_readings_exported_at", "exported_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id", ondelete="CASCADE"))
    source: Mapped[ReadingSource] = mapped_column(words(ReadingSource, "reading_source"))
    read_intent: Mapped[str | None] = mapped_column(String(40))
    """What the assistant read; None where it had read nothing."""
    read_category: Mapped[str | None] = mapped_column(String(40))
    intent: Mapped[str] = mapped_column(String(40))
    category: Mapped[str | None] = mapped_column(String(40))
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str] = mapped_column(String(60))
    exported_at: Mapped[datetime | None]
    """When `./guanjia train --review` last wrote it out."""
    message: Mapped[Message] = relationship()
