"""Takes down a charge to be checked: what it is, the evidence for it, whose home; confirmed, a fee case."""

from typing import Any, Final

from actions.detours import SURE, answer_detour, give_up_on_words, is_detour
from actions.fee.asked import touches
from actions.fee.home import SomebodyElses, whose_account
from actions.fee.opening import FEE_SLOTS, home_of_charge, open_fee
from actions.heard import Heard
from actions.matters import KEPT, OTHER, next_matter
from actions.outcome import Outcome, cleared, given_up, kept
from actions.room import Call
from actions.said import says, tail, without
from bot.desk.wording.composer import Reply

LONGEST = 2000
NO_EVIDENCE = "no_evidence"
_COURTESIES = frozenset({"greet", "thanks", "goodbye"})
_DETOURS: Final = frozenset({"status", "human", "urge", *_COURTESIES})
"""What is surely another subject here; whatever else she writes belongs to the charge."""
SURE_OF_COURTESY = 0.8


def begin(call: Call, heard: Heard) -> Outcome:
    """Keep her words and a picture that came with them; her home is known where she proved or named one."""
    category = heard.slot("fee_category") or heard.category_of("fee") or OTHER
    words = heard.slot("fee_words") or own_words(heard)
    slots: dict[str, Any] = {"fee_category": category, "fee_words": words, "fee_confirmed": None}
    if heard.attachments:
        slots["fee_evidence"] = _label(call, "photo")
    home, problem = home_of_charge(call, heard, str(words or ""))
    return Outcome(problem, {**slots, **home})


def go_on(call: Call, heard: Heard) -> Outcome:
    """Take the answer, a correction, or another subject."""
    if heard.intent == "cancel" or (heard.intent == "deny" and _gives_up(heard)):
        return _given_up()
    if heard.choices.get("choice") == NO_EVIDENCE:
        return Outcome(slots={"fee_evidence": _label(call, "none")})
    if heard.asked == "fee_confirmed" and heard.intent == "affirm":
        return Outcome(slots={"fee_confirmed": True}, closes=True)
    if _other_subject(call, heard):
        return _answered_detour(call, heard)
    return _taken(call, heard)


def open_confirmed(call: Call, heard: Heard) -> Outcome:
    """Open the case once for this turn, and go on with what else she had said."""

    def opened() -> Outcome:
        return next_matter(heard, Outcome(open_fee(call, heard), {**cleared(FEE_SLOTS), "fee_said": None}))

    return kept(call, heard, "action_open_fee", opened)


def _gives_up(heard: Heard) -> bool:
    """A "no" gives it up at the confirmation; asked for evidence it only says that there is none."""
    refused = len(tail(heard.text)) < 2 or says("no_word", heard.text)
    gives_up = says("withdraw_yes", heard.text) or touches(heard.text, "gives_up")
    return gives_up or (heard.asked == "fee_confirmed" and refused)


def _other_subject(call: Call, heard: Heard) -> bool:
    if heard.pressed:
        return heard.intent == "fee"
    if heard.intent == "fee" and not touches(heard.text, "wrong") and _asks_for_others(call, heard):
        return True
    if not is_detour(heard):
        return False
    if heard.intent in ("fee", "inquiry"):
        return touches(heard.text, "asks") and not touches(heard.text, "wrong")
    if heard.intent in KEPT:
        return heard.confidence >= SURE and not says("wish", heard.text) and heard.asked == "fee_confirmed"
    unsure = heard.intent in _COURTESIES and heard.confidence < SURE_OF_COURTESY
    return heard.intent in _DETOURS and not unsure


def _asks_for_others(call: Call, heard: Heard) -> bool:
    asks = heard.category_of("fee") == "my_bill" and touches(heard.text, "asks_account_now")
    return asks and isinstance(whose_account(call, heard), SomebodyElses)


def _answered_detour(call: Call, heard: Heard) -> Outcome:
    outcome = answer_detour(call, heard)
    if outcome.closes:
        return outcome.and_slots(**given_up(FEE_SLOTS, "fee_confirmed"))
    # A slot must be set, or Rasa takes the form for rejected and asks nothing.
    return outcome.and_replies(Reply("utter_back_to_fee")).and_slots(fee_category=heard.slot("fee_category"))


def _taken(call: Call, heard: Heard) -> Outcome:
    """An answer to what was asked; at the confirmation, more of the same."""
    said = own_words(heard)
    if said is None and not heard.attachments:
        return give_up_on_words(call, heard).and_slots(fee_category=heard.slot("fee_category"))
    home, problem = home_of_charge(call, heard, said or "")
    photo = _label(call, "photo") if heard.attachments else None
    if heard.asked == "fee_words":
        return Outcome(problem, {"fee_words": said, **({"fee_evidence": photo} if photo else {}), **home})
    if heard.asked == "fee_evidence":
        seen = (Reply("utter_fee_photo"),) if photo else ()
        return Outcome((*seen, *problem), {"fee_evidence": _evidence(call, heard, said, photo), **home})
    slots: dict[str, Any] = {"fee_category": heard.slot("fee_category"), **home}
    if photo:
        slots["fee_evidence"] = photo
    if said and not (home and len(without(("home_part",), said)) < 2):
        addition = call.words.label("text", "addition")
        slots["fee_words"] = addition.format(old=heard.slot("fee_words"), new=said)[:LONGEST]
    return Outcome(problem or (Reply("utter_fee_noted"),), slots)


def _evidence(call: Call, heard: Heard, said: str | None, photo: str | None) -> str:
    if photo and said:
        return call.words.label("text", "addition").format(old=photo, new=said)
    nothing = photo is None and (heard.intent == "deny" or says("no_word", heard.text))
    return _label(call, "none") if nothing else photo or said or _label(call, "none")


def _given_up() -> Outcome:
    slots = given_up(FEE_SLOTS, "fee_confirmed")
    return Outcome((Reply("utter_fee_cancelled"),), slots, closes=True)


def own_words(heard: Heard) -> str | None:
    """Her words without greetings at the edges; None when they say nothing but that it is about fees."""
    if heard.pressed:
        return None
    text = heard.text.strip()[:LONGEST]
    return text if len(without(("polite", "empty_report"), text)) > 1 else None


def _label(call: Call, key: str) -> str:
    return call.words.label("fee_text", key)
