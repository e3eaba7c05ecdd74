"""Table of the limits that several desks keep together: how full each writer's bucket is."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.tables import Base


class PaceRow(Base):
    """A bucket of a limit; a row whose time is over says nothing any more and may go."""

    __tablename__ = "paces"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """The limit's name and a hash of who is counted: an address is personal data."""
    full_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """When the bucket will be full again: microseconds since 1970, so that a database can reckon with it."""
