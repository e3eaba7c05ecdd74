"""Table of the block list 限制接待名单 (R45): residents whom only supervisors serve, until a time."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import BigId
from bot.store.tables import Base


class ResidentBlock(Base):
    """One entry: why, until when, by whom; `lifted_at` when somebody took it back before its time."""

    __tablename__ = "resident_blocks"
    __table_args__ = (
        Index(
            "uq_resident_blocks_one_open",
            "resident_id",
            unique=True,
            sqlite_where=text("lifted_at is null"),
            postgresql_where=text("lifted_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    resident_id: Mapped[int] = mapped_column(BigId, ForeignKey("residents.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    until: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(60))
    lifted_at: Mapped[datetime | None]
    """When it was taken back, or followed by another; one that ended by itself keeps None until then."""
