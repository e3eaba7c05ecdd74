"""What a question about fees is answered with, by category and by what else its words ask (R18).

Three ends: an answer; an answer and the form that keeps a charge to be checked; a person, where terms are to
be agreed. Nothing of a home is told that was not proved (`home.py`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from actions.fee.account import asked_items, late_lines, place_of, tell_account
from actions.fee.answered import Answered, told_of, verify_short, words_of
from actions.fee.asked import UTILITIES, area_in, aspects_of, items_of, touches
from actions.fee.charges import (
    answer_deposit,
    answer_fund,
    answer_how_to_pay,
    answer_parking,
    answer_receipt,
    answer_utilities,
    other_charge,
    tell_unfair,
)
from actions.fee.home import Own, Several, SomebodyElses, whose_account
from actions.fee.rates import Replies, law, own_rate, tell_rates, why_pay
from actions.heard import Heard
from actions.matters import OTHER
from actions.people import resident_id_of
from actions.room import Call
from bot.desk.estate.fees_part import FeeSettings
from bot.desk.fees.account import account_for
from bot.desk.wording.composer import Reply

CHECK, GRIEVANCE, HARDSHIP, INVOICE, DEPOSIT_KEPT = (
    "check",
    "grievance",
    "hardship",
    "invoice",
    "deposit_kept",
)
"""What a button may choose beside a category."""
_TO_BE_CHECKED: Final[Mapping[str, str]] = {
    CHECK: "unfair", INVOICE: "receipt", DEPOSIT_KEPT: "deposit", "fund": "fund",
}  # fmt: skip
_MAY_BE_OTHERS = frozenset({"how_computed", "why_pay", OTHER})
"""Categories in which a charge beside the property fee may be asked for."""
_TERMS_OF = frozenset({"refuse", "how_to_pay", "my_bill", "how_computed", OTHER})
"""Categories in which paying in parts or later is a matter of terms."""
_TELLS_A_BILL = frozenset({"my_bill", "how_computed", "parking", "utilities", "receipt", OTHER})
"""Categories in which somebody else's account may be asked for."""


_ASKS_BACK = frozenset({"utter_fee_which", "utter_fee_which_home"})
_OFFERS = frozenset(
    {
        "utter_fee_account_next", "utter_fee_refuse_next", "utter_fee_parking_next",
        "utter_fee_utilities_next", "utter_fee_deposit_next", "utter_fee_receipt_next",
    }
)  # fmt: skip
"""Replies that end in buttons of their own: not in the middle of another dialogue."""


def answer(call: Call, heard: Heard) -> Answered:
    """Answer a question about fees, typed or pressed."""
    fees, category, text = call.estate.fees, category_asked(heard), words_of(heard)
    if category == HARDSHIP or (category in _TERMS_OF and _wants_terms(text)):
        return Answered((Reply("utter_fee_hardship"),), wants_person=True)
    if fees is not None and not heard.pressed and (told := _by_words(call, heard, fees)):
        return told
    if category in (INVOICE, CHECK, DEPOSIT_KEPT):
        return Answered((), checks=_TO_BE_CHECKED[category])
    if category in _TELLS_A_BILL and isinstance(whose_account(call, heard), SomebodyElses):
        if fees is None or category != "how_computed" or touches(text, "asks_account"):
            return Answered((Reply("utter_fee_other_home"),))
        # How it is reckoned is no secret of anybody's: the rates, and nothing of that home.
        return Answered((*tell_rates(call, fees, text), Reply("utter_fee_verify_short")))
    if fees is None:
        return Answered((Reply("utter_fee_not_stored"),), checks=category)
    if category in _MAY_BE_OTHERS and touches(text, "unlisted") and not aspects_of(text):
        return other_charge(fees, text, category)
    return _ANSWERS.get(category, _which)(call, heard, fees)


def answer_beside(call: Call, heard: Heard) -> Replies | None:
    """Return the answer to a question in the middle of something else, without its offers.

    None where it is no question to be answered at once: a charge to be checked, terms, an unnamed matter.
    """
    answered = answer(call, heard)
    asks_back = any(reply.key in _ASKS_BACK for reply in answered.replies)
    if answered.checks or answered.wants_person or asks_back or not answered.replies:
        return None
    return tuple(reply for reply in answered.replies if reply.key not in _OFFERS)


def category_asked(heard: Heard) -> str:
    """Return the category a button chose or the words are about."""
    return heard.choices.get("choice") or heard.category_of("fee") or OTHER


def _wants_terms(text: str) -> bool:
    """Does she want to pay in parts, later, or less for a reason of her own? That is agreed with a person."""
    other_reason = touches(text, "bad_service", "vacant", "damage", "not_handed_over")
    return touches(text, "hardship") or (touches(text, "reduction") and not other_reason)


def told_by_words(call: Call, heard: Heard) -> Replies | None:
    """Return the answer to a question of fees that was read as one about the estate; None for others."""
    fees = call.estate.fees
    told = _by_words(call, heard, fees) if fees is not None else None
    return told.replies if told else None


def _by_words(call: Call, heard: Heard, fees: FeeSettings) -> Answered | None:
    """What her words ask for so plainly that the category does not matter; None for anything else."""
    text, category = words_of(heard), category_asked(heard)
    if touches(text, "wrong", "paid_already", "raised", "too_much"):
        return None
    if touches(text, "discount"):
        told = {"discount": fees.discount, "decided_by": fees.decided_by}
        return Answered((Reply("utter_fee_discount", told),))
    if touches(text, "renew_card"):
        return answer_parking(call, heard, fees)
    if category in _TELLS_A_BILL and "sold" in aspects_of(text) and not touches(text, "how_much_owed"):
        return Answered(told_of(call, fees, ("sold",)))
    return None


def _my_bill(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    text = words_of(heard)
    if touches(text, "wrong", "paid_already") and not isinstance(whose_account(call, heard), Own):
        what = "paid" if touches(text, "paid_already") else "amount"
        return Answered((Reply("utter_fee_wrong", {"what": what}),), checks="my_bill")
    if touches(text, "late"):
        return _late(call, heard, fees)
    return _account(call, heard, asked_items(text))


def _late(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """What paying late costs: the contract's rule, and on her own lines."""
    rule, whose = told_of(call, fees, ("late",)), whose_account(call, heard)
    if not isinstance(whose, Own):
        return Answered((*rule, *verify_short(call, heard)))
    own = late_lines(call, heard, whose.key) or (Reply("utter_fee_nothing_late"),)
    return Answered((*own, *rule))


def _account(call: Call, heard: Heard, items: tuple[str, ...]) -> Answered:
    """Her own account; how a home is proved where none is; which one where there are several."""
    match whose_account(call, heard):
        case Own(key=home):
            told = tell_account(call, heard, home, items=items) or ()
            compare = (
                (Reply("utter_fee_compare"),) if touches(words_of(heard), "wrong", "paid_already") else ()
            )
            return Answered((*compare, *told, Reply("utter_fee_account_next")))
        case Several(keys=homes):
            return Answered(
                (Reply("utter_fee_which_home", {"options": [_option(call, one) for one in homes]}),)
            )
        case _:
            return Answered((Reply("utter_fee_verify"),))


def _option(call: Call, home: str) -> dict[str, str]:
    return {
        "title": place_of(call, home),
        "payload": f'/fee{{"choice": "my_bill", "home": "{home}"}}',
    }


def _how_computed(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    text = words_of(heard)
    items = items_of(text)
    if "parking" in items:
        return answer_parking(call, heard, fees)
    if set(items) & set(UTILITIES) and "property" not in items and "shared" not in items:
        return answer_utilities(call, heard, fees)
    aspects = told_of(call, fees, aspects_of(text))
    if aspects:
        return Answered(aspects)
    general = area_in(text) is not None or touches(text, "other_type")
    own = () if general else _own_rate(call, heard, fees, text)
    return Answered(own or (*tell_rates(call, fees, text), *verify_short(call, heard)))


def _own_rate(call: Call, heard: Heard, fees: FeeSettings, text: str) -> Replies:
    whose = whose_account(call, heard)
    if not isinstance(whose, Own):
        return ()
    account = account_for(call.session, whose.key, resident_id=resident_id_of(call, heard))
    return own_rate(fees, account, place_of(call, whose.key), text) if account else ()


def _why_pay(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    text = words_of(heard)
    if touches(text, "bad_service", "damage"):
        return _refuse(call, heard, fees)
    aspects = told_of(call, fees, aspects_of(text))
    if not aspects and "parking" in items_of(text):
        return answer_parking(call, heard, fees)
    spent = law(call, fees, "disclosure") if touches(text, "spent") else ()
    return Answered((*(aspects or why_pay(call, fees)), *spent))


def _refuse(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """May I refuse? No, and what to do instead: the order understanding, answer, law, the way that exists."""
    text = words_of(heard)
    aspects = [one for one in aspects_of(text) if one not in ("lift", "included", "shared")]
    if "not_handed_over" in aspects:
        return Answered(told_of(call, fees, ("not_handed_over",)))
    if "cut_off" in aspects and touches(text, "asks") and not touches(text, "bad_service", "damage"):
        late = told_of(call, fees, ("late",)) if "late" in aspects else ()
        return Answered((Reply("utter_fee_no_cutting_off"), *law(call, fees, "no_cutting_off"), *late))
    if aspects == ["consequence"]:
        told = told_of(call, fees, ("late", "consequence"))
        return Answered((*told, Reply("utter_fee_refuse_next")))
    because = "vacant" if "vacant" in aspects else "damage" if touches(text, "damage") else "none"
    because = "service" if because == "none" and touches(text, "bad_service") else because
    more = told_of(call, fees, tuple(aspects))
    return Answered(
        (
            Reply("utter_fee_refuse", {"because": because}),
            *law(call, fees, "pay"),
            *more,
            Reply("utter_fee_refuse_next"),
        )
    )


def _which(call: Call, heard: Heard, fees: FeeSettings) -> Answered:
    """A question without a category: answered by what its words touch, else asked which it is."""
    text = words_of(heard)
    aspects = told_of(call, fees, aspects_of(text))
    if touches(text, "whole_account"):
        return _my_bill(call, heard, fees)
    return Answered(aspects) if aspects else Answered((Reply("utter_fee_which"),))


_ANSWERS: Final[Mapping[str, Callable[[Call, Heard, FeeSettings], Answered]]] = {
    "my_bill": _my_bill,
    "how_computed": _how_computed,
    "why_pay": _why_pay,
    "refuse": _refuse,
    "unfair": tell_unfair,
    "parking": answer_parking,
    "utilities": answer_utilities,
    "deposit": answer_deposit,
    "receipt": answer_receipt,
    "how_to_pay": answer_how_to_pay,
    "fund": answer_fund,
}
