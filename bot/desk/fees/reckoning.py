"""How an amount is reckoned (R18): exact, in yuan, each amount rounded half up to the fen once, at its end.

A sum adds rounded amounts, so that the lines a resident reads always add up to the total she reads.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.desk.estate.fees_part import LateFee, VisitorParking

FEN = Decimal("0.01")
NOTHING = Decimal("0.00")
_HOUR = 60
_DAY = 24 * _HOUR


def rounded(amount: Decimal) -> Decimal:
    """Return yuan rounded half up to the fen 四舍五入到分."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def amount_of(quantity: Decimal, unit_price: Decimal, months: int | None = None) -> Decimal:
    """Return quantity × unit price (× months, where the price is for one month)."""
    return rounded(quantity * unit_price * (1 if months is None else months))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of amounts that are rounded already."""
    return sum(amounts, NOTHING)


def late_fee(owed: Decimal, rule: LateFee, *, due_on: date, day: date) -> Decimal:
    """Return what the contract adds on `day` for paying late; nothing within the days of grace."""
    days = (day - due_on - timedelta(days=rule.grace_days)).days
    return rounded(owed * rule.rate_per_day * days) if days > 0 and owed > 0 else NOTHING


def parking_fee(minutes: int, rule: VisitorParking) -> Decimal:
    """Return the price of a visitor's stay: free minutes, each begun hour after them, a day's upper limit.

    Raises ValueError for less than no time.
    """
    if minutes < 0:
        raise ValueError("nobody parks for less than no time")
    if minutes <= rule.free_minutes:
        return NOTHING
    days, rest = divmod(minutes - rule.free_minutes, _DAY)
    hours = -(-rest // _HOUR)
    return rounded(days * rule.day_at_most + min(hours * rule.hour, rule.day_at_most))


def months_between(first: str, last: str) -> int:
    """Return how many months "2026-01" to "2026-12" are, both included."""
    (year, month), (last_year, last_month) = (map(int, one.split("-")) for one in (first, last))
    return (last_year - year) * 12 + last_month - month + 1
