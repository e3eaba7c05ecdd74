"""The repair (R7): one call a turn reads what was said, asks what is missing, has it confirmed, opens it."""

from collections.abc import Mapping
from typing import Any

from actions.base import DeskAction
from actions.detours import answer_detour, give_up_on_words, is_detour
from actions.heard import FALLBACK, Heard
from actions.matters import OTHER, next_matter, other_matters
from actions.opening import open_repair
from actions.outcome import Outcome, cleared, given_up, kept
from actions.people import contact_known, resident_id_of
from actions.repair_facts import LONGEST_SINCE, RepairFacts, read_facts
from actions.repair_place import (
    PLACE_SLOTS,
    Fault,
    fault_of,
    home_slots,
    is_shared,
    known_homes,
    place_as_said,
    place_by_default,
    place_from,
)
from actions.room import Call
from actions.said import says, tail, without
from actions.status import open_cases
from bot.desk.composer import Reply
from bot.desk.homes import parts_of_key

FORM = "repair_form"
REPAIR_SLOTS = ("what", "category", *PLACE_SLOTS, "since", "contact", "repair_confirmed")
"""What the form clears at its end; what the desk knows of her is in the store."""
CHAT = "chat"
CHANGEABLE = {"what": ("what",), "place": PLACE_SLOTS, "since": ("since",), "contact": ("contact",)}


class ValidateRepairForm(DeskAction):
    """Called by the form once a turn, at its beginning with no slot asked for."""

    key = "validate_repair_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        if heard.asked is None:
            return begin(call, heard)
        return go_on(call, heard)


class OpenRepair(DeskAction):
    """Called when she confirmed: opens the case, tells number, person and time, goes on with what is left."""

    key = "action_open_repair"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return open_confirmed(call, heard)


def begin(call: Call, heard: Heard) -> Outcome:
    """Fill what the first message says and what the desk knows; the form asks for the rest."""
    facts = read_facts(heard)
    resident_id = resident_id_of(call, heard)
    known = known_homes(call, resident_id)
    if heard.slot("what") is not None:  # a matter kept from an earlier message: its words are not these
        fault = fault_of(call, str(heard.slot("category") or OTHER), str(heard.slot("what")))
        slots: dict[str, Any] = {"category": fault.category}
    else:
        fault = fault_of(call, heard.category_of("repair") or OTHER, heard.text)
        slots = {"category": fault.category, "what": facts.fault, "since": facts.since}
        slots |= place_from(call, facts, fault=fault, slots={}, known=known, text=heard.text)
        slots["next_matters"] = [*(heard.slot("next_matters") or []), *other_matters(heard, "repair")]
    if heard.slot("place") is None and not slots.get("place") and not slots.get("ask_how"):
        slots |= place_by_default(call, fault=fault, known=known)
    if heard.slot("contact") is None:
        slots["contact"] = facts.phone or contact_known(call, resident_id)
    # An earlier repair may have been given up: its "no" is not the answer to this one.
    return Outcome(slots={**slots, "repair_confirmed": None})


def go_on(call: Call, heard: Heard) -> Outcome:
    """Take the answer, a correction or a change of subject; the form asks for what is missing then."""
    if heard.intent == "cancel":
        return give_up()
    chosen = _choice(call, heard)
    if chosen is not None:
        return chosen
    facts = read_facts(heard)
    confirming = heard.asked == "repair_confirmed"
    changes = _changes(call, heard, facts)
    if confirming and heard.intent == "affirm" and not changes:
        return Outcome(slots={"repair_confirmed": True}, closes=True)
    if not changes and not _answers_freely(heard) and (is_detour(heard) or _asks_when(heard)):
        return _answered_detour(call, heard)
    changes = changes or _free_answer(call, heard, facts)
    if changes:
        return Outcome(_remarks(heard, changes), {"ask_how": None, **changes})
    return _nothing_new(call, heard)


def give_up() -> Outcome:
    """She does not want it any more."""
    slots = {**given_up(REPAIR_SLOTS, "repair_confirmed"), "next_matters": None}
    return Outcome((Reply("utter_repair_cancelled"),), slots, closes=True)


def open_confirmed(call: Call, heard: Heard) -> Outcome:
    """Open the case once for this turn, and go on with what else she had said."""

    def opened() -> Outcome:
        return next_matter(heard, Outcome(open_repair(call, heard, heard.slots), cleared(REPAIR_SLOTS)))

    return kept(call, heard, OpenRepair.key, opened)


def _choice(call: Call, heard: Heard) -> Outcome | None:
    """What a pressed button chose: a home, no telephone, or the thing to put right."""
    home, choice = heard.choices.get("home"), heard.choices.get("choice")
    if home:
        return Outcome(slots=home_slots(call, parts_of_key(call.session, home), {}))
    if choice == CHAT:
        return Outcome(slots={"contact": CHAT, "ask_how": None})
    if choice in CHANGEABLE:
        return Outcome(slots={"ask_how": None, **cleared(CHANGEABLE[choice])})
    return None


def _changes(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """What the message says beyond doubt: a home, a phone, a time asked for, more of the fault."""
    changes: dict[str, Any] = {}
    if heard.asked == "what" and heard.intent == "repair" and facts.fault:
        changes = {"what": facts.fault, "category": heard.category_of("repair") or OTHER}
    fault = _fault_now(call, heard, changes)
    changes |= {"category": fault.category, **_place_change(call, heard, facts, fault)}
    if facts.phone and facts.phone != heard.slot("contact"):
        changes["contact"] = facts.phone
    if facts.since and (heard.asked == "since" or heard.slot("since") is None or _corrects(heard)):
        changes["since"] = facts.since
    if heard.asked != "what" and heard.intent == "repair" and not (_corrects(heard) or _asks_when(heard)):
        changes |= _more_of_the_fault(call, heard, facts)
    return {name: value for name, value in changes.items() if heard.slot(name) != value}


def _place_change(call: Call, heard: Heard, facts: RepairFacts, fault: Fault) -> dict[str, Any]:
    """The place she names; where she has just said what is broken, the place the desk knows for it."""
    known = known_homes(call, resident_id_of(call, heard))
    changes: dict[str, Any] = {}
    if facts.names_home or (heard.asked in ("place", "what") and facts.public):
        changes = place_from(call, facts, fault=fault, slots=heard.slots, known=known, text=heard.text)
    if heard.asked == "what" and heard.slot("place") is None and not changes:
        changes = place_by_default(call, fault=fault, known=known)
    return changes


def _fault_now(call: Call, heard: Heard, changes: Mapping[str, Any]) -> Fault:
    known = {name: changes.get(name) or heard.slot(name) or "" for name in ("category", "what")}
    return fault_of(call, str(known["category"]), str(known["what"]))


def _more_of_the_fault(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """She goes on telling while something else was asked: nothing of it is lost."""
    said, before = facts.fault, heard.slot("what")
    if not said or not before or said in before or not without(("home_part",), said):
        return {}
    return {"what": call.words.label("text", "addition").format(old=before, new=said)}


def _corrects(heard: Heard) -> bool:
    return says("correction", heard.text)


def _answers_freely(heard: Heard) -> bool:
    """May these words be the answer itself, though the classifier sees another intent in them?"""
    if heard.asked == "contact":
        return says("refuse_phone", heard.text)
    if heard.asked == "since":
        return says("vague_since", heard.text)
    return False


def _free_answer(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """Words that only the question explains."""
    text = without(("polite",), heard.text)
    unclear = heard.intent in (FALLBACK, "repair", "out_of_scope", "inquiry", "deny") or _answers_freely(
        heard
    )
    match heard.asked:
        case "what" if facts.fault and unclear:
            return {"what": facts.fault}
        case "place" if facts.public or (unclear and text and is_shared(call, _fault_now(call, heard, {}))):
            return place_as_said(heard.text)
        case "place" if facts.private:
            return {"ask_how": "need_home"}
        case "since" if text and (unclear or heard.intent == "chitchat"):
            return {"since": text[:LONGEST_SINCE]}
        case "contact" if says("refuse_phone", heard.text) or heard.intent == "deny":
            return {"contact": CHAT}
        case "contact" if sum(char.isdigit() for char in text) >= 5:
            return {"ask_how": "phone_unreadable"}
        case "repair_confirmed" if unclear:
            return _corrected_words(call, heard)
    return {}


def _corrected_words(call: Call, heard: Heard) -> dict[str, Any]:
    """At the confirmation: words that put the fault right, or nothing more than "no"."""
    said, before = tail(without(("polite",), heard.text)), heard.slot("what")
    if len(said) < 3 or not before or (heard.intent == "deny" and not _corrects(heard)):
        return {"ask_how": "which"} if heard.intent == "deny" or _corrects(heard) else {}
    form = "correction" if _corrects(heard) else "addition"
    return {"what": call.words.label("text", form).format(old=before, new=said)}


def _remarks(heard: Heard, changes: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Say that a correction or an addition was taken; an answer needs no remark."""
    replaced = [name for name in ("place", "contact", "since", "what") if changes.get(name)]
    again = [name for name in replaced if heard.slot(name) is not None]
    if not again:
        return ()
    if again == ["what"] and not _corrects(heard):
        return (Reply("utter_repair_noted"),)
    return (Reply("utter_repair_changed"),)


def _answered_detour(call: Call, heard: Heard) -> Outcome:
    answered = _soon() if _asks_when(heard) and not open_cases(call, heard) else answer_detour(call, heard)
    if answered.closes:
        return answered.and_slots(**given_up(REPAIR_SLOTS, "repair_confirmed"))
    # A slot must be set, or Rasa takes the form for rejected and asks nothing.
    return answered.and_replies(Reply("utter_back_to_repair")).and_slots(category=heard.slot("category"))


def _asks_when(heard: Heard) -> bool:
    """She wants to know when somebody comes, or presses, before the repair is even noted."""
    return heard.intent == "urge" or (heard.intent in ("repair", "status") and says("asks_when", heard.text))


def _soon() -> Outcome:
    return Outcome((Reply("utter_repair_soon"),))


def _nothing_new(call: Call, heard: Heard) -> Outcome:
    """Neither an answer nor another subject."""
    if heard.shows_only:
        return Outcome((Reply("utter_photo_kept"),), {"category": heard.slot("category")})
    if heard.intent in ("affirm", "deny", "greet", "repair"):
        return Outcome(slots={"category": heard.slot("category")})
    outcome = give_up_on_words(call, heard)
    if outcome.closes:
        return outcome.and_slots(**given_up(REPAIR_SLOTS, "repair_confirmed"))
    return outcome.and_slots(category=heard.slot("category"))
