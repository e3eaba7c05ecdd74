"""Who may not see a case, whatever her role: the supervisor it complains of (R8)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import BigId
from bot.store.tables import Base


class CaseKeptFrom(Base):
    """The case is kept from this person of the desk: not listed, not opened, not told of."""

    __tablename__ = "cases_kept_from"
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    agent_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("agents.id"), primary_key=True, autoincrement=False, index=True
    )
