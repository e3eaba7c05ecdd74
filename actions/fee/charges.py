"""Answers about charges beside the property fee itself, about paying, and about what is not right (R18)."""

from actions.fee.answered import Answered, own_items, told_of, words_of
from actions.fee.asked import UTILITIES, items_of, touches
from actions.fee.rates import (
    law,
    tell_deposits,
    tell_others,
    tell_parking,
    tell_receipt,
    tell_utilities,
    tell_ways,
    unfair,
)
from actions.heard import Heard
from actions.room import Call
from bot.desk.estate.fees_part import FeeSettings
from bot.desk.wording.composer import Reply


def other_charge(fees: FeeSettings, text: str, category: str) -> Answered:
    """A card, rubbish of a fit-out …: its price, or it is kept for the office."""
    told = tell_others(fees, text)
    return Answered(told) if told else Answered((Reply("utter_fee_not_stored"),), checks=category)


def tell_unfair(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """Raised, doubled, without a ground, or enforced by cutting off: who decided, the law, and the form."""
    text = words_of(heard)
    if touches(text, "cut_off"):
        return Answered(told_of(call, fees, ("cut_off",)), checks="unfair")
    first = (
        Reply("utter_fee_wrong", {"what": "amount"})
        if touches(text, "wrong") and not touches(text, "raised")
        else unfair(fees)
    )
    quoted = law(call, fees, "unfair") if touches(text, "raised") or first.key == "utter_fee_unfair" else ()
    return Answered((first, *quoted), checks="unfair")


def answer_parking(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """What parking costs; a charge that is not right goes into the form."""
    text = words_of(heard)
    if touches(text, "raised"):
        return Answered((unfair(fees), *law(call, fees, "unfair")), checks="parking")
    if touches(text, "wrong", "wrong_parking"):
        return Answered((Reply("utter_fee_wrong", {"what": "amount"}),), checks="parking")
    if touches(text, "renew_card"):
        renewal = Reply("utter_fee_parking_renew", {"renewal": fees.parking_renewal})
        return Answered((renewal, *own_items(call, heard, ("parking",))))
    quoted = law(call, fees, "public_income") if touches(text, "public_ground") else ()
    rates = (*tell_parking(call, fees, text), *quoted)
    return Answered((*rates, *own_items(call, heard, ("parking",)), Reply("utter_fee_parking_next")))


def answer_utilities(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """What water, power, gas and heating cost; what cannot be right goes into the form."""
    text = words_of(heard)
    if touches(text, "refund_heat"):
        return Answered((Reply("utter_fee_wrong", {"what": "heating"}),), checks="utilities")
    if touches(text, "wrong", "too_much"):
        return Answered((Reply("utter_fee_wrong", {"what": "usage"}),), checks="utilities")
    if touches(text, "shared") and not items_of(text, ("gas", "heating")):
        return Answered(told_of(call, fees, ("shared",)))
    items = items_of(text, UTILITIES) or UTILITIES
    rates = tell_utilities(call, fees, text)
    return Answered((*rates, *own_items(call, heard, items), Reply("utter_fee_utilities_next")))


def answer_deposit(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """How much and how it is given back; one that was kept goes into the form."""
    if touches(words_of(heard), "deposit_kept"):
        kept = Reply("utter_fee_wrong", {"what": "deposit"})
        return Answered((kept, *tell_deposits(call, fees)), checks="deposit")
    return Answered((*tell_deposits(call, fees), Reply("utter_fee_deposit_next")))


def answer_receipt(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """How it is got; a wrong or missing one goes into the form."""
    if touches(words_of(heard), "receipt_wrong"):
        return Answered(tell_receipt(call, fees)[:1], checks="receipt")
    return Answered((*tell_receipt(call, fees), Reply("utter_fee_receipt_next")))


def answer_how_to_pay(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """The estate's ways and no others; a link from a stranger is called what it is."""
    police = {"police_phone": call.estate.phones.police}
    asked = touches(words_of(heard), "stranger_link")
    warned = (Reply("utter_fee_no_link", police),) if asked else ()
    return Answered((*warned, *tell_ways(call, fees)))


def answer_fund(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """Paying into the maintenance fund is no property fee: the office answers."""
    return Answered((Reply("utter_fee_fund"), *law(call, fees, "fund")), checks="fund")
