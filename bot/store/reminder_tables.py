"""The one reminder of a question that stands open in a dialogue."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import BigId
from bot.store.tables import Base


class Reminder(Base):
    """When she is reminded of a form's open question. Gone once she writes or was reminded."""

    __tablename__ = "reminders"
    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("conversations.id"), primary_key=True, autoincrement=False
    )
    due_at: Mapped[datetime] = mapped_column(index=True)
