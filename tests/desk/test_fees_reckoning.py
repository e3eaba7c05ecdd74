"""Money is exact: what a resident reads adds up, to the fen, whatever the figures are."""

import ast
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from bot.desk.estate.fees_part import LateFee, VisitorParking
from bot.desk.fees.reckoning import amount_of, late_fee, months_between, parking_fee, rounded, total

PROJECT = Path(__file__).resolve().parents[2]
LATE = LateFee(rate_per_day=Decimal("0.0003"), grace_days=30, source="合同")
HOURS = VisitorParking(free_minutes=30, hour=Decimal(5), day_at_most=Decimal(30))
MANY = 3000


def figure(dice: Random, places: int, most: int) -> Decimal:
    return Decimal(dice.randrange(most * 10**places)).scaleb(-places)


def test_a_year_at_3_2_1201_costs_what_the_resident_works_out_herself() -> None:
    assert amount_of(Decimal("89.50"), Decimal("2.80"), 12) == Decimal("3007.20")


def test_half_a_fen_is_rounded_up_and_never_to_even() -> None:
    assert (rounded(Decimal("0.125")), rounded(Decimal("0.135"))) == (Decimal("0.13"), Decimal("0.14"))
    assert amount_of(Decimal("89.50"), Decimal("0.2357")) == Decimal("21.10")


def test_an_amount_is_the_true_product_rounded_once() -> None:
    dice = Random(20260331)
    for _ in range(MANY):
        quantity, price, months = figure(dice, 3, 400), figure(dice, 4, 30), dice.choice([None, 1, 3, 12])
        true = Fraction(quantity) * Fraction(price) * (months or 1)
        amount = amount_of(quantity, price, months)
        assert type(amount) is Decimal
        assert amount == amount.quantize(Decimal("0.01"))
        assert abs(Fraction(amount) - true) <= Fraction(1, 200)
        assert amount == (quantity * price * (months or 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_lines_add_up_to_the_total_in_any_order() -> None:
    dice = Random(7)
    for _ in range(200):
        lines = [amount_of(figure(dice, 2, 200), figure(dice, 4, 10), 12) for _ in range(dice.randrange(20))]
        shuffled = dice.sample(lines, len(lines))
        assert total(lines) == total(shuffled) == sum(lines, Decimal(0))
        assert str(total(lines)).split(".")[1].__len__() == 2
        assert Fraction(total(lines)) == sum(map(Fraction, lines), Fraction(0))


def test_a_reduction_takes_away_as_much_as_it_says() -> None:
    assert total([Decimal("3007.20"), amount_of(Decimal(1), Decimal("-200.00"))]) == Decimal("2807.20")


@pytest.mark.parametrize(
    ("day", "fee"),
    [
        (date(2026, 3, 31), "0.00"),
        (date(2026, 4, 30), "0.00"),  # the last day of grace
        (date(2026, 5, 1), "0.90"),
        (date(2026, 5, 11), "9.92"),
    ],
)
def test_paying_late_costs_nothing_within_the_days_of_grace(day: date, fee: str) -> None:
    assert late_fee(Decimal("3007.20"), LATE, due_on=date(2026, 3, 31), day=day) == Decimal(fee)


def test_nothing_owed_is_never_late() -> None:
    assert late_fee(Decimal("0.00"), LATE, due_on=date(2020, 1, 1), day=date(2026, 1, 1)) == 0


@pytest.mark.parametrize(
    ("minutes", "fee"),
    [(0, 0), (30, 0), (31, 5), (90, 5), (91, 10), (30 + 24 * 60, 30), (31 + 24 * 60, 35), (10_000, 210)],
)
def test_a_visitor_pays_each_begun_hour_up_to_the_days_limit(minutes: int, fee: int) -> None:
    assert parking_fee(minutes, HOURS) == fee


def test_longer_parking_never_costs_less() -> None:
    fees = [parking_fee(minutes, HOURS) for minutes in range(0, 4000, 7)]
    assert fees == sorted(fees)
    with pytest.raises(ValueError, match="less than no time"):
        parking_fee(-1, HOURS)


def test_a_period_counts_both_its_ends() -> None:
    assert months_between("2026-01", "2026-12") == 12
    assert months_between("2026-11", "2027-03") == 5
    assert months_between("2026-02", "2026-01") == 0


def binary_fractions(source: str) -> Iterator[int]:
    """Lines that hold a float or make one."""
    for node in ast.walk(ast.parse(source)):
        if (isinstance(node, ast.Constant) and isinstance(node.value, float)) or (
            isinstance(node, ast.Name) and node.id == "float"
        ):
            yield node.lineno


def test_no_figure_of_a_fee_is_ever_a_binary_fraction() -> None:
    files = [
        *PROJECT.glob("bot/desk/fees/*.py"),
        *(set(PROJECT.glob("actions/fee/*.py")) - {PROJECT / "actions/fee/form.py"}),  # it has a confidence
        PROJECT / "bot/store/fee_tables.py",
    ]
    found = {str(path): list(binary_fractions(path.read_text(encoding="utf-8"))) for path in files}
    assert len(found) > 10
    assert not any(found.values()), found
    assert list(binary_fractions("a = 0.1\nb = float(2)")) == [1, 2]
