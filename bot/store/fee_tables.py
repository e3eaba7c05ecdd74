"""Table of fees: what each home was billed for, line by line, and what of it is paid."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.columns import BigId, Exact
from bot.store.tables import Base, Household


class Bill(Base):
    """One line of a home's account: an item for a period of months; `amount` is what was billed for it.

    Unit prices are for one month where `months` is given. A negative amount is a reduction 减免. Comes from
    the finance office's list (`./guanjia import fees.csv`) and is changed by nothing else.
    """

    __tablename__ = "bills"
    __table_args__ = (UniqueConstraint("household_id", "item", "first_month", "last_month"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(BigId, ForeignKey("households.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    """In the residents' words: 物业费, 水费 …"""
    first_month: Mapped[str] = mapped_column(String(7))
    """ "2026-01"; both ends of the period are included."""
    last_month: Mapped[str] = mapped_column(String(7))
    quantity: Mapped[Decimal] = mapped_column(Exact(3))
    unit: Mapped[str] = mapped_column(String(20))
    unit_price: Mapped[Decimal] = mapped_column(Exact(4))
    months: Mapped[int | None]
    """By how many months the price is multiplied; None for an item that is not priced by the month."""
    amount: Mapped[Decimal] = mapped_column(Exact(2))
    due_on: Mapped[date]
    paid: Mapped[Decimal] = mapped_column(Exact(2))
    paid_on: Mapped[date | None]
    imported_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    household: Mapped[Household] = relationship()
