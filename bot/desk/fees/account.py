"""A home's account: its bills as the dialogue tells them. Who may hear it is asked before, in one place."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.fees.reckoning import total
from bot.desk.people.residents import homes_of
from bot.store.fee_tables import Bill
from bot.store.tables import Household


@dataclass(frozen=True)
class Line:
    """One bill. `months` is None for what is not priced by the month."""

    item: str
    first_month: str
    last_month: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    months: int | None
    amount: Decimal
    due_on: date
    paid: Decimal
    paid_on: date | None

    @property
    def owed(self) -> Decimal:
        """What is still to be paid."""
        return self.amount - self.paid


@dataclass(frozen=True)
class Account:
    """All bills of one home, the oldest first."""

    household_id: int
    home: str
    building: str
    floor_area: Decimal | None
    lines: tuple[Line, ...]

    @property
    def open_lines(self) -> tuple[Line, ...]:
        """What is not paid, or not in full; a reduction belongs to it while anything is open."""
        return tuple(line for line in self.lines if line.owed)

    @property
    def paid_lines(self) -> tuple[Line, ...]:
        """What is paid in full, the newest payment first."""
        done = [line for line in self.lines if not line.owed and line.paid_on is not None]
        return tuple(sorted(done, key=lambda line: line.paid_on or date.min, reverse=True))

    @property
    def owed(self) -> Decimal:
        """What is still to be paid in all: the sum of the lines."""
        return total(line.owed for line in self.open_lines)


def proved_homes(session: Session, resident_id: int) -> tuple[str, ...]:
    """Return the homes whose account she may hear: proved ones, a claim is not enough (R19, R24)."""
    return tuple(home.key for home in homes_of(session, resident_id) if home.verified)


def account_for(session: Session, home: str, *, resident_id: int) -> Account | None:
    """Return a home's account if this resident proved that it is hers, else None.

    "Not yours", "not proved" and "no such home" look alike from outside.
    """
    if home not in proved_homes(session, resident_id):
        return None
    household = session.scalars(select(Household).where(Household.key == home)).one()
    bills = session.scalars(
        select(Bill)
        .where(Bill.household_id == household.id)
        .order_by(Bill.first_month, Bill.due_on, Bill.item, Bill.id)
    )
    return Account(household.id, home, household.building, household.floor_area, tuple(map(_line, bills)))


def _line(bill: Bill) -> Line:
    return Line(
        bill.item,
        bill.first_month,
        bill.last_month,
        bill.quantity,
        bill.unit,
        bill.unit_price,
        bill.months,
        bill.amount,
        bill.due_on,
        bill.paid,
        bill.paid_on,
    )
