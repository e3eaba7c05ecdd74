"""Figures, periods and days as a resident reads them."""

from datetime import date
from decimal import Decimal

import pytest

from bot.desk.fees.showing import day_text, figure_text, money_text, percent_text, period_text
from tests.support.estates import sample_words


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("2.8000", "2.80"),
        ("0.2356", "0.2356"),
        ("0.538", "0.538"),
        ("350.0000", "350"),
        ("89.500", "89.50"),
        ("1.000", "1"),
        ("120", "120"),
        ("1200", "1200"),
        ("0", "0"),
        ("-200.00", "-200"),
    ],
)
def test_a_figure_has_no_needless_and_no_missing_places(figure: str, text: str) -> None:
    assert figure_text(Decimal(figure)) == text
    assert Decimal(text) == Decimal(figure)


def test_money_always_has_both_places() -> None:
    assert [money_text(Decimal(one)) for one in ("3007.2", "0", "-12")] == ["3007.20", "0.00", "-12.00"]


def test_a_share_is_a_percentage() -> None:
    assert [percent_text(Decimal(one)) for one in ("0.0003", "0.70", "1")] == ["0.03", "70", "100"]


def test_a_period_names_its_year_once() -> None:
    words = sample_words()
    assert period_text("2026-01", "2026-12", words) == "2026年1—12月"
    assert period_text("2026-11", "2027-03", words) == "2026年11月—2027年3月"
    assert period_text("2026-07", "2026-07", words) == "2026年7月"
    assert day_text(date(2026, 3, 31), words) == "2026年3月31日"
