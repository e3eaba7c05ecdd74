"""Reads the finance office's list of bills 收费清单, line by line: a bill, or what is wrong and its mend."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bot.desk.fees.reckoning import NOTHING, amount_of, months_between
from bot.desk.people.households import COLUMNS as HOME_COLUMNS
from bot.desk.people.households import RowProblem, home_of_row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: HOME_COLUMNS[name] for name in ("building", "unit", "room")},
    "item": ("项目", "收费项目", "费用"),
    "period": ("账期", "期间", "所属期"),
    "quantity": ("数量", "用量", "面积"),
    "measure": ("计量单位", "计价单位"),
    "unit_price": ("单价",),
    "months": ("月数",),
    "amount": ("金额", "应收", "应缴金额"),
    "due": ("应缴日期", "缴费截止", "截止日期"),
    "paid": ("已缴金额", "已缴", "实收"),
    "paid_on": ("缴费日期", "实缴日期", "缴费时间"),
}
"""The columns of the list and what else they may be called; unit, months, paid and paid_on may be empty."""
_NEEDED = ("item", "period", "quantity", "measure", "unit_price", "amount", "due")
_PERIOD = re.compile(r"(\d{4})[-./年](\d{1,2})月?(?:\s*[~～至到—]+\s*(\d{4})[-./年](\d{1,2})月?)?")
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_MOST = Decimal(10_000_000)
LONGEST_ITEM, LONGEST_UNIT, LONGEST_PERIOD = 40, 20, 36


@dataclass(frozen=True)
class BillRow:
    """One readable line; `home` is the key the household table knows it by."""

    line: int
    home: str
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
    def period(self) -> tuple[str, str, str, str]:
        """What makes it the same bill again."""
        return self.home, self.item, self.first_month, self.last_month


class _Wrong(ValueError):
    def __init__(self, field: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.mend = field, reason, mend


def is_bill_list(text: str) -> bool:
    """Does the first line name a bill's columns (and not only a home's)?"""
    titles = {title.strip().strip('"') for title in text.partition("\n")[0].split(",")}
    return bool(titles & {"item", *COLUMNS["item"]})


def read_row(line: int, row: Mapping[str, str], *, today: date) -> BillRow | RowProblem:
    """Return the bill of a line, or the first thing that is wrong with it."""
    home = home_of_row(line, row)
    if isinstance(home, RowProblem):
        return home
    try:
        return _read(line, home.key, {name: row.get(name, "").strip() for name in COLUMNS}, today)
    except _Wrong as fault:
        return RowProblem(line, fault.field, fault.reason, fault.mend)


def _read(line: int, home: str, row: Mapping[str, str], today: date) -> BillRow:
    for field in _NEEDED:
        if not row[field]:
            raise _Wrong(
                field, "is missing or empty", f"fill the column {field} ({', '.join(COLUMNS[field])})"
            )
    first, last = _period(row["period"])
    quantity = _figure(row, "quantity", places=3)
    price = _figure(row, "unit_price", places=4, signed=True)
    months, amount = _months(row["months"], first, last), _figure(row, "amount", places=2, signed=True)
    reckoned = amount_of(quantity, price, months)
    if amount != reckoned:
        by = f"{quantity} x {price}" + (f" x {months} months" if months is not None else "")
        raise _Wrong("amount", f"{amount} is not {by} = {reckoned}", "correct the figure that is wrong")
    due_on = _day(row, "due")
    paid, paid_on = _payment(row, amount, today)
    item, unit = _short(row, "item", LONGEST_ITEM), _short(row, "measure", LONGEST_UNIT)
    return BillRow(
        line, home, item, first, last, quantity, unit, price, months, amount, due_on, paid, paid_on
    )


def _short(row: Mapping[str, str], field: str, most: int) -> str:
    if len(row[field]) > most:
        raise _Wrong(field, f"is longer than {most} characters", "shorten it")
    return row[field]


def _period(text: str) -> tuple[str, str]:
    found = _PERIOD.fullmatch(text)
    if not found:
        raise _Wrong("period", f"{text!r} is no period", "write 2026-01 or 2026-01~2026-12")
    year, month, last_year, last_month = (int(part) if part else None for part in found.groups())
    first = (year, month)
    last = (last_year, last_month) if last_year else first
    for of_year, of_month in (first, last):
        if not (2000 <= (of_year or 0) <= 2100 and 1 <= (of_month or 0) <= 12):
            raise _Wrong("period", f"{text!r} names a month that no calendar has", "write 2026-01~2026-12")
    written = tuple(f"{of_year:04d}-{of_month:02d}" for of_year, of_month in (first, last))
    if not 1 <= months_between(*written) <= LONGEST_PERIOD:
        raise _Wrong("period", f"{text!r} ends before it begins, or is too long", "exchange the two months")
    return written[0], written[1]


def _months(text: str, first: str, last: str) -> int | None:
    if not text:
        return None
    spanned = months_between(first, last)
    if text != str(spanned):
        mend = f"write {spanned}, or leave it empty where the price is not by the month"
        raise _Wrong("months", f"{text!r} does not fit the period", mend)
    return spanned


def _figure(row: Mapping[str, str], field: str, *, places: int, signed: bool = False) -> Decimal:
    text = row[field].replace(",", "").removeprefix("¥").removesuffix("元")
    try:
        figure = Decimal(text)
    except InvalidOperation:
        raise _Wrong(field, f"{row[field]!r} is no number", "write a number, for instance 89.50") from None
    if not figure.is_finite() or abs(figure) >= _MOST or (figure < 0 and not signed):
        raise _Wrong(field, f"{row[field]!r} is not possible", "write a number, for instance 89.50")
    if figure != round(figure, places):
        raise _Wrong(field, f"{row[field]!r} has more than {places} decimal places", "round it")
    return round(figure, places)


def _day(row: Mapping[str, str], field: str) -> date:
    found = _DAY.fullmatch(row[field])
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise _Wrong(field, f"{row[field]!r} is no date", "write it as 2026-03-31")
    return day


def _payment(row: Mapping[str, str], amount: Decimal, today: date) -> tuple[Decimal, date | None]:
    paid = _figure(row, "paid", places=2, signed=True) if row["paid"] else NOTHING
    paid_on = _day(row, "paid_on") if row["paid_on"] else None
    if not min(amount, NOTHING) <= paid <= max(amount, NOTHING):
        raise _Wrong("paid", f"{paid} was paid of {amount}", "enter what was paid for this bill, no more")
    if bool(paid) != (paid_on is not None) and amount:
        raise _Wrong("paid_on", "does not go with what was paid", "fill both paid and paid_on, or neither")
    if paid_on is not None and paid_on > today:
        raise _Wrong("paid_on", f"{paid_on} has not come yet", "enter the day of the payment")
    return paid, paid_on
