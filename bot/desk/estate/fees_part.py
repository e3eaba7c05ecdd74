"""What is charged on this estate, by whom decided and where published: the part `fees` of `estate.yml` (R18).

All figures are Decimal: a figure with a decimal point stands in quotation marks, because YAML would read it
as a binary fraction.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from bot.desk.estate.errors import wrong
from bot.desk.estate.types import Name, StrictModel

_MOST = Decimal(1_000_000)

About = Literal[
    "pay", "no_cutting_off", "unfair", "disclosure", "shared_costs", "handover", "tenant",
    "resale", "public_income", "receipt", "prepaid", "fund",
    "contract", "shared_duty",
]  # fmt: skip
"""What a legal source is quoted for."""


def _read_figure(value: Any) -> Any:
    if isinstance(value, float):
        raise wrong(f"{value!r} is a binary fraction", f'write it in quotation marks: "{value}"')
    try:
        figure = Decimal(str(value).strip())
    except InvalidOperation:
        raise wrong(f"{value!r} is no figure", 'write it as "2.80", in quotation marks') from None
    if isinstance(value, bool) or not figure.is_finite() or not 0 <= figure < _MOST:
        raise wrong(f"{value!r} is no amount", 'write something like "2.80"')
    if figure != round(figure, 4):
        raise wrong(f"{value!r} has more than four decimal places", "write no more than four")
    return figure


Figure = Annotated[Decimal, BeforeValidator(_read_figure)]
"""Yuan, a share or a quantity; exact, not negative, at most four decimal places."""
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""Words a resident reads as they stand here."""


class PropertyRate(StrictModel):
    """The property fee of a kind of building, in yuan for a square metre and month."""

    name: Name
    rate: Figure
    buildings: tuple[str, ...] = ()
    """Which buildings; the one row without any holds for all others."""


class ParkingRate(StrictModel):
    """What a parking space costs, in yuan a month."""

    name: Name
    rate: Figure


class VisitorParking(StrictModel):
    """Parking by the hour: each begun hour counts, a day of 24 hours costs `day_at_most` at the most."""

    free_minutes: int = Field(ge=0, le=1440)
    hour: Figure
    day_at_most: Figure


class UtilityRate(StrictModel):
    """What a unit of water, power, gas or heating costs here, and who takes the money."""

    kind: Literal["water", "power", "gas", "heating"]
    name: Name
    rate: Figure
    unit: Name
    collected_by: Name
    source: Sentence


class EnergyShare(StrictModel):
    """How water and power of what all share are divided among the homes."""

    how: Sentence
    source: Sentence


class Deposit(StrictModel):
    """Money that is given back 押金: how much, and when and how it is returned."""

    name: Name
    amount: Figure
    refund: Sentence


class OtherCharge(StrictModel):
    """Anything else with a price: a card, rubbish of a fit-out. `said`: how people call it."""

    name: Name
    said: tuple[Name, ...] = Field(min_length=1)
    rate: Figure
    unit: Name
    source: Sentence


class LateFee(StrictModel):
    """What the contract says of paying late: a share of the amount for each day beyond the days of grace."""

    rate_per_day: Figure
    grace_days: int = Field(ge=0, le=365)
    source: Sentence


class Vacant(StrictModel):
    """The share of the property fee an empty home pays, from when on and by which rule."""

    share: Figure
    after_months: int = Field(ge=0, le=60)
    how: Sentence
    source: Sentence

    @field_validator("share")
    @classmethod
    def _a_part(cls, value: Decimal) -> Decimal:
        if value > 1:
            raise wrong(f"{value} is more than the whole", 'write "0.70" for seven tenths')
        return value


class PayWay(StrictModel):
    """A way to pay: its name and what one does."""

    name: Name
    how: Sentence


class ReceiptSettings(StrictModel):
    """How a receipt or invoice is got, and within how many working days."""

    how: Sentence
    days: int = Field(ge=0, le=30)


class LegalSource(StrictModel):
    """One article, quoted word for word, for the questions of `about`; in this wording in force `since`."""

    about: tuple[About, ...] = Field(min_length=1)
    title: Name
    article: Name
    since: date
    says: Sentence


class FeeSettings(StrictModel):
    """Rates, rules and ways to pay of one estate."""

    contract: Name
    decided_by: Sentence
    published: Sentence
    billed_months: Literal[1, 3, 6, 12]
    """So many months are billed at a time."""
    billing_day: int = Field(ge=1, le=28)
    """The day of a period's first month on which its bill is made."""
    due: Sentence
    property: tuple[PropertyRate, ...] = Field(min_length=1)
    included: tuple[Name, ...] = Field(min_length=1)
    excluded: tuple[Name, ...] = ()
    parking: tuple[ParkingRate, ...] = ()
    visitor_parking: VisitorParking | None = None
    parking_renewal: Sentence | None = None
    """Where and how a parking card is renewed, and with what."""
    discount: Sentence | None = None
    """What is given for paying early or at once; left out, there is none."""
    energy_share: EnergyShare | None = None
    utilities: tuple[UtilityRate, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    others: tuple[OtherCharge, ...] = ()
    late: LateFee | None = None
    vacant: Vacant | None = None
    """Left out, an empty home pays in full."""
    ways: tuple[PayWay, ...] = Field(min_length=1)
    receipt: ReceiptSettings
    sources: tuple[LegalSource, ...] = ()

    def rate_of(self, building: str) -> PropertyRate:
        """The property fee's rate for a building."""
        named = next((row for row in self.property if building in row.buildings), None)
        return named or next(row for row in self.property if not row.buildings)

    def sources_about(self, about: About) -> tuple[LegalSource, ...]:
        """The articles to quote for a question, in the file's order."""
        return tuple(source for source in self.sources if about in source.about)

    @model_validator(mode="after")
    def _one_rate_for_each_building(self) -> Self:
        if sum(not row.buildings for row in self.property) != 1:
            raise wrong(
                "not exactly one rate holds for all other buildings",
                "leave `buildings` out of one row, and of one only",
                at="fees.property",
            )
        named = [building for row in self.property for building in row.buildings]
        for building in named:
            if named.count(building) > 1:
                raise wrong(f"building {building!r} has two rates", "keep it in one row", at="fees.property")
        return self
