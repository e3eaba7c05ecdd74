"""The estate's rates and rules as replies: what anybody may know, without a home (R18)."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from actions.fee.asked import UTILITIES, area_in, items_of, minutes_in, months_in, touches
from actions.room import Call
from bot.desk.estate.fees_part import About, FeeSettings
from bot.desk.fees.account import Account
from bot.desk.fees.reckoning import amount_of, parking_fee
from bot.desk.fees.showing import day_text, figure_text, money_text, percent_text
from bot.desk.wording.composer import Reply
from bot.language.normalise import normalise

Replies = tuple[Reply, ...]
Answer = Callable[[Call, FeeSettings], Replies]


def law(call: Call, fees: FeeSettings, *about: About) -> Replies:
    """Return the articles to quote for these questions, each once, in the order they are asked for."""
    sources = dict.fromkeys(source for one in about for source in fees.sources_about(one))
    return tuple(
        Reply(
            "utter_fee_law",
            {
                "title": source.title,
                "article": source.article,
                "since": day_text(source.since, call.words),
                "says": source.says,
            },
        )
        for source in sources
    )


def tell_rates(call: Call, fees: FeeSettings, text: str) -> Replies:
    """Return the formula, the rates by kind of building, and her own example where she gives an area."""
    lines = tuple(
        Reply("utter_fee_rate", {"kind": row.name, "rate": figure_text(row.rate)}) for row in fees.property
    )
    return (Reply("utter_fee_formula"), *lines, *_estimate(fees, text), _decided(fees))


def own_rate(fees: FeeSettings, account: Account, place: str, text: str) -> Replies:
    """Return how the property fee of her own home is reckoned; nothing where its area is not known."""
    if account.floor_area is None:
        return ()
    rate = fees.rate_of(account.building)
    own = {"place": place, **_reckoned(fees, rate, account.floor_area, text)}
    return (Reply("utter_fee_formula"), Reply("utter_fee_own_rate", own), _decided(fees))


def _estimate(fees: FeeSettings, text: str) -> Replies:
    area = area_in(text)
    if area is None:
        return ()
    rate = next(row for row in fees.property if not row.buildings)
    return (Reply("utter_fee_estimate", _reckoned(fees, rate, area, text)),)


def _reckoned(fees: FeeSettings, rate: Any, area: Decimal, text: str) -> dict[str, Any]:
    months = months_in(text) or fees.billed_months
    return {
        "kind": rate.name,
        "area": figure_text(area),
        "rate": figure_text(rate.rate),
        "months": months,
        "amount": money_text(amount_of(area, rate.rate, months)),
    }


def _decided(fees: FeeSettings) -> Reply:
    return Reply(
        "utter_fee_decided",
        {
            "decided_by": fees.decided_by,
            "published": fees.published,
            "months": fees.billed_months,
            "due": fees.due,
        },
    )


def why_pay(call: Call, fees: FeeSettings) -> Replies:
    """Return what the money is for, and the law."""
    return (Reply("utter_fee_why", {"included": _listed(call, fees.included)}), *law(call, fees, "pay"))


def unfair(fees: FeeSettings) -> Reply:
    """Return who decided the rates and what becomes of a charge without a ground."""
    return Reply("utter_fee_unfair", {"decided_by": fees.decided_by, "published": fees.published})


def tell_parking(call: Call, fees: FeeSettings, text: str) -> Replies:
    """Return the prices of parking, and of the stay she names."""
    if not fees.parking and fees.visitor_parking is None:
        return (Reply("utter_fee_not_stored"),)
    lines = [
        Reply("utter_fee_parking_line", {"name": row.name, "rate": figure_text(row.rate)})
        for row in fees.parking
    ]
    rule = fees.visitor_parking
    if rule is not None:
        prices = {"hour": figure_text(rule.hour), "day_at_most": figure_text(rule.day_at_most)}
        lines.append(Reply("utter_fee_parking_hours", {"free": rule.free_minutes, **prices}))
        minutes = minutes_in(text)
        if minutes is not None:
            stay = {
                "hours": f"{(Decimal(minutes) / 60).normalize():f}",
                "amount": money_text(parking_fee(minutes, rule)),
            }
            lines.append(Reply("utter_fee_parking_stay", stay))
    return (Reply("utter_fee_parking"), *lines)


def tell_utilities(call: Call, fees: FeeSettings, text: str) -> Replies:
    """Return the prices of water, power, gas and heating she asks for, or of all; on a surcharge, the law."""
    asked = items_of(text, UTILITIES)
    rows = [row for row in fees.utilities if not asked or row.kind in asked]
    if not rows:
        return (Reply("utter_fee_not_stored"),)
    lines = tuple(
        Reply(
            "utter_fee_utility_line",
            {
                "name": row.name,
                "rate": figure_text(row.rate),
                "unit": row.unit,
                "collected_by": row.collected_by,
                "source": row.source,
            },
        )
        for row in rows
    )
    quoted = law(call, fees, "resale") if touches(text, "resale") else ()
    return (Reply("utter_fee_utilities"), *lines, *quoted)


def tell_deposits(call: Call, fees: FeeSettings) -> Replies:
    """Return each deposit with how it is given back."""
    if not fees.deposits:
        return (Reply("utter_fee_not_stored"),)
    lines = tuple(
        Reply(
            "utter_fee_deposit_line",
            {"name": row.name, "amount": figure_text(row.amount), "refund": row.refund.rstrip("。")},
        )
        for row in fees.deposits
    )
    return (Reply("utter_fee_deposits"), *lines)


def tell_receipt(call: Call, fees: FeeSettings) -> Replies:
    """Return how a receipt or invoice is got."""
    receipt = fees.receipt
    how = Reply("utter_fee_receipt", {"how": receipt.how.rstrip("。"), "days": receipt.days})
    return (how, *law(call, fees, "receipt"))


def tell_ways(call: Call, fees: FeeSettings) -> Replies:
    """Return the ways to pay and no others: a link from a stranger is none."""
    lines = tuple(Reply("utter_fee_way_line", {"name": way.name, "how": way.how}) for way in fees.ways)
    return (Reply("utter_fee_ways"), *lines, Reply("utter_fee_ways_safe"))


def tell_others(fees: FeeSettings, text: str) -> Replies | None:
    """Return the price of what she names (a card …); None where she names nothing of the list."""
    plain = normalise(text)
    named = [row for row in fees.others if any(word in plain for word in row.said)]
    return (
        tuple(
            Reply(
                "utter_fee_other_charge",
                {"name": row.name, "rate": figure_text(row.rate), "unit": row.unit, "source": row.source},
            )
            for row in named
        )
        or None
    )


def _included(call: Call, fees: FeeSettings) -> Replies:
    slots = {
        "included": _listed(call, fees.included),
        "excluded": _listed(call, fees.excluded),
        "has_excluded": bool(fees.excluded),
    }
    return (Reply("utter_fee_included", slots),)


def _late(call: Call, fees: FeeSettings) -> Replies:
    rule = fees.late
    if rule is None:
        return (Reply("utter_fee_late", {"percent": None}),)
    percent = percent_text(rule.rate_per_day)
    return (Reply("utter_fee_late", {"percent": percent, "grace": rule.grace_days, "source": rule.source}),)


def _vacant(call: Call, fees: FeeSettings) -> Replies:
    rule = fees.vacant
    told: Mapping[str, Any] = (
        {"percent": None}
        if rule is None
        else {"percent": percent_text(rule.share), "how": rule.how.rstrip("。"), "source": rule.source}
    )
    return (Reply("utter_fee_vacant", told),)


def _shared(call: Call, fees: FeeSettings) -> Replies:
    rule = fees.energy_share
    told = {"how": None} if rule is None else {"how": rule.how.rstrip("。"), "source": rule.source}
    return (Reply("utter_fee_shared", told), *law(call, fees, "shared_costs"))


def _says(key: str, *about: About) -> Answer:
    return lambda call, fees: (Reply(key), *law(call, fees, *about))


ASPECT_ANSWERS: Final[Mapping[str, Answer]] = {
    "cut_off": _says("utter_fee_cut_off", "no_cutting_off"),
    "not_handed_over": _says("utter_fee_handover", "handover"),
    "vacant": _vacant,
    "sold": _says("utter_fee_sold"),
    "tenant": _says("utter_fee_tenant", "tenant"),
    "no_contract": _says("utter_fee_no_contract", "contract"),
    "lift": _says("utter_fee_lift", "shared_duty"),
    "shared": _shared,
    "late": _late,
    "consequence": lambda call, fees: (
        Reply("utter_fee_consequence"),
        Reply("utter_fee_no_cutting_off"),
        *law(call, fees, "no_cutting_off"),
    ),
    "included": _included,
    "area": _says("utter_fee_area"),
    "begins": _says("utter_fee_begins", "handover"),
    "prepaid": lambda call, fees: (
        Reply("utter_fee_prepaid", {"months": fees.billed_months}),
        *law(call, fees, "prepaid"),
    ),
}


def _listed(call: Call, names: Iterable[str]) -> str:
    return call.words.label("fee_text", "list").join(names)
