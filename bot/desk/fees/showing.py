"""Figures, months and days of fees as people read them; the words come from the labels."""

from datetime import date
from decimal import Decimal

from bot.desk.wording.words import Words


def figure_text(figure: Decimal) -> str:
    """Return a price or a quantity: whole without places, else at least two ("2.80", "0.2356", "350")."""
    plain = figure.normalize()
    places = -int(plain.as_tuple().exponent)
    return f"{figure:.0f}" if places <= 0 else f"{figure:.{max(places, 2)}f}"


def money_text(amount: Decimal) -> str:
    """Return yuan with both places ("3007.20"). The amount is rounded already."""
    return f"{amount:.2f}"


def percent_text(share: Decimal) -> str:
    """Return a share as a percentage without needless places: 0.0003 → "0.03", 0.70 → "70"."""
    return f"{(share * 100).normalize():f}"


def period_text(first: str, last: str, words: Words) -> str:
    """Return a period of months, both included: one month, within a year, or across years."""
    (year, month), (last_year, last_month) = (map(int, one.split("-")) for one in (first, last))
    form = "month" if first == last else "in_year" if year == last_year else "across_years"
    named = {"year": year, "month": month, "last_year": last_year, "last_month": last_month}
    return words.label("fee_period", form).format(**named)


def day_text(day: date, words: Words) -> str:
    """Return a day with its year: an account reaches back."""
    return words.label("fee_period", "day").format(year=day.year, month=day.month, day=day.day)
