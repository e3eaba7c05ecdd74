"""Takes the finance office's list into the store: new bills, changed ones, and what was left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.fees.listing import BillRow, read_row
from bot.desk.people.households import RowProblem
from bot.store.fee_tables import Bill
from bot.store.tables import Household

_CHANGEABLE = ("quantity", "unit", "unit_price", "months", "amount", "due_on", "paid", "paid_on")


@dataclass(frozen=True)
class Changed:
    """A bill that was there and is different now: field → (old, new)."""

    line: int
    home: str
    item: str
    first_month: str
    last_month: str
    fields: Mapping[str, tuple[str, str]]

    def __str__(self) -> str:
        told = ", ".join(f"{name} {old} → {new}" for name, (old, new) in self.fields.items())
        return f"line {self.line}, {self.home} {self.item} {self.first_month}~{self.last_month}: {told}"


@dataclass(frozen=True)
class ImportedBills:
    """What an import did; `problems` are the lines it left out."""

    added: int
    changed: tuple[Changed, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]


def import_bills(
    session: Session,
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    by: str,
    now: datetime,
    today: date,
) -> ImportedBills:
    """Add the bills of a list and correct those it changes; the same list again changes nothing.

    `today` is the estate's local day. A bad row is left out and reported; bills that the list lacks stay.
    """
    homes = {household.key: household.id for household in session.scalars(select(Household))}
    known = _known(session)
    seen: dict[tuple[str, str, str, str], int] = {}
    problems: list[RowProblem] = []
    changed: list[Changed] = []
    added = unchanged = 0
    for line, raw in rows:
        row = read_row(line, raw, today=today)
        problem = row if isinstance(row, RowProblem) else _misplaced(row, homes, seen)
        if isinstance(row, RowProblem) or problem is not None:
            problems.append(problem or row)  # type: ignore[arg-type]
            continue
        seen[row.period] = line
        bill = known.get(row.period)
        if bill is None:
            session.add(_new(row, homes[row.home], now))
            added += 1
        elif change := _correct(bill, row, now):
            changed.append(change)
        else:
            unchanged += 1
    session.flush()
    if added or changed:
        audit.note(
            session, by=by, what="import_bills", subject=f"added:{added} changed:{len(changed)}", now=now
        )
    return ImportedBills(added, tuple(changed), unchanged, tuple(problems))


def _known(session: Session) -> dict[tuple[str, str, str, str], Bill]:
    rows = session.execute(select(Household.key, Bill).join(Bill.household))
    return {(key, bill.item, bill.first_month, bill.last_month): bill for key, bill in rows}


def _misplaced(
    row: BillRow, homes: Mapping[str, int], seen: Mapping[tuple[str, str, str, str], int]
) -> RowProblem | None:
    if row.home not in homes:
        return RowProblem(
            row.line, "building, unit, room", f"there is no home {row.home}",
            "correct it, or import the list of homes first",
        )  # fmt: skip
    if row.period in seen:
        return RowProblem(
            row.line, "item, period", f"the same bill is already in line {seen[row.period]}",
            "keep one of the two",
        )  # fmt: skip
    return None


def _values(row: BillRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _CHANGEABLE}


def _new(row: BillRow, household_id: int, now: datetime) -> Bill:
    return Bill(
        household_id=household_id,
        item=row.item,
        first_month=row.first_month,
        last_month=row.last_month,
        imported_at=now,
        changed_at=now,
        **_values(row),
    )


def _correct(bill: Bill, row: BillRow, now: datetime) -> Changed | None:
    wanted = _values(row)
    different = {name: value for name, value in wanted.items() if getattr(bill, name) != value}
    if not different:
        return None
    told = {name: (_shown(getattr(bill, name)), _shown(value)) for name, value in different.items()}
    for name, value in different.items():
        setattr(bill, name, value)
    bill.changed_at = now
    return Changed(row.line, row.home, row.item, row.first_month, row.last_month, told)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
