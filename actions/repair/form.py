"""The repair (R7): one call a turn reads what was said, asks what is missing, has it confirmed, opens it."""

from typing import Any

from actions.base import DeskAction
from actions.detours import another_matter, answer_detour, give_up_on_words, is_detour, lets_go
from actions.heard import Heard
from actions.matters import OTHER, REPORTS, next_matter, other_matters
from actions.opening import CHAT, UNSAID, open_repair
from actions.outcome import Outcome, cleared, given_up, kept
from actions.people import contact_known, resident_id_of
from actions.person import hand_over
from actions.repair.answers import (
    answers_freely,
    asks_when,
    changes_in,
    correct_last_case,
    corrects,
    free_answer,
    remarks,
)
from actions.repair.facts import RepairFacts, read_facts
from actions.repair.place import (
    PLACE_SLOTS,
    Fault,
    fault_of,
    home_slots,
    is_shared,
    known_homes,
    place_by_default,
    place_from,
)
from actions.room import Call
from actions.said import says
from actions.status import open_cases
from bot.desk.people.homes import parts_of_key
from bot.desk.wording.composer import Reply

FORM = "repair_form"
REPAIR_SLOTS = ("what", "category", *PLACE_SLOTS, "since", "contact", "repair_confirmed", "stuck")
"""What the form clears at its end; what the desk knows of her is in the store."""
STUCK_AT = 3
"""So many messages in a row that bring nothing new to the question asked, and a person is called."""
SHORTEST_MATTER = 4
"""Characters beside the home it names: less is a home with a word around it."""
SURE_QUESTION = 0.9
"""So sure it must be that she asks about the estate, else a day she names is since when."""
_NAMES_A_HOME = frozenset({*REPORTS, "status"})
"""Matters that may be about a home of their own."""
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
    corrected = correct_last_case(call, heard) if heard.slot("what") is None else None
    if corrected is not None:
        return corrected
    facts = read_facts(heard)
    resident_id = resident_id_of(call, heard)
    known = known_homes(call, resident_id)
    if heard.slot("what") is not None:  # a matter kept from an earlier message: its words are not these
        fault = fault_of(call, str(heard.slot("category") or OTHER), str(heard.slot("what")))
        slots: dict[str, Any] = {"category": fault.category}
    else:
        fault = fault_of(call, heard.category_of("repair") or OTHER, heard.text)
        since = None if facts.since and says("not_since", facts.since) else facts.since
        slots = {"category": fault.category, "what": facts.fault, "since": since}
        slots |= place_from(call, facts, fault=fault, slots={}, known=known, text=heard.text)
        slots["next_matters"] = [*(heard.slot("next_matters") or []), *other_matters(heard, "repair")]
    if heard.slot("place") is None and not slots.get("place") and not slots.get("ask_how"):
        slots |= place_by_default(call, fault=fault, known=known)
    if heard.slot("contact") is None:
        slots["contact"] = facts.phone or contact_known(call, resident_id)
    if not (slots.get("since") or heard.slot("since")) and _asked_less(call, heard, fault):
        slots["since"] = UNSAID
    # An earlier repair may have been given up: its "no" is not the answer to this one.
    return Outcome(slots={**slots, "repair_confirmed": None})


def go_on(call: Call, heard: Heard) -> Outcome:
    """Take the answer, a correction or a change of subject; the form asks for what is missing then."""
    if _gives_up(heard):
        return give_up()
    chosen = _choice(call, heard)
    if chosen is not None:
        return chosen
    facts = read_facts(heard)
    confirming = heard.asked == "repair_confirmed"
    if _names_another_fault(heard, facts):
        return _back_to_it(heard, another_matter(call, heard))
    if _asks_of_something_else(heard, facts):
        return _answered_detour(call, heard)
    changes = changes_in(call, heard, facts)
    if confirming and heard.intent == "affirm" and not changes:
        return Outcome(slots={"repair_confirmed": True}, closes=True)
    if not changes and not answers_freely(heard) and (is_detour(heard) or asks_when(heard)):
        return _answered_detour(call, heard)
    changes = changes or free_answer(call, heard, facts)
    if changes:
        return Outcome(remarks(heard, changes), {"ask_how": _still(heard), "stuck": None, **changes})
    return _stuck(call, heard, _nothing_new(call, heard))


def _gives_up(heard: Heard) -> bool:
    """Does she want nothing done any more? "算了还是厨房吧" is a change of mind about the words, not that."""
    if heard.intent == "cancel" and not heard.pressed:
        return not says("after_all", heard.text)
    return heard.asked != "what" and says("withdraw_yes", heard.text)


def _asked_less(call: Call, heard: Heard, fault: Fault) -> bool:
    """Who is upset about what all share is not asked since when: others know, and it must go on."""
    return heard.upset > 0 and is_shared(call, fault)


def _names_another_fault(heard: Heard, facts: RepairFacts) -> bool:
    """Something else is broken, too: a case of its own, no detail of this one."""
    category = heard.category_of("repair")
    other = category not in (None, OTHER, heard.slot("category")) and heard.slot("what") is not None
    answers = facts.names_home or facts.phone or facts.since or corrects(heard)
    return heard.intent == "repair" and other and not answers and says("also", heard.text)


def _asks_of_something_else(heard: Heard, facts: RepairFacts) -> bool:
    """Does she name the home or the day of another matter?

    Neither is an answer: "看看3-2-1201的物业费交了没" is not the place, "周六中午能装修吗" not since when.
    """
    if not is_detour(heard) or heard.category_of("repair") is not None or facts.phone or corrects(heard):
        return False
    of_a_home = heard.intent in _NAMES_A_HOME and facts.names_home and not facts.since
    of_a_day = heard.intent == "inquiry" and heard.confidence >= SURE_QUESTION and not facts.names_home
    return (of_a_home or of_a_day) and len(facts.fault or "") >= SHORTEST_MATTER


def _still(heard: Heard) -> str | None:
    """How the place was asked for stays, while another question than that is answered."""
    return heard.slot("ask_how") if heard.asked == "place" else None


def give_up() -> Outcome:
    """She does not want it any more."""
    slots = given_up(REPAIR_SLOTS, "repair_confirmed")
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


def _answered_detour(call: Call, heard: Heard) -> Outcome:
    if asks_when(heard) and not open_cases(call, heard):
        answered = Outcome((Reply("utter_repair_soon"),))
    else:
        answered = answer_detour(call, heard)
    if answered.closes:
        return answered.and_slots(**given_up(REPAIR_SLOTS, "repair_confirmed"))
    return _back_to_it(heard, answered)


def _back_to_it(heard: Heard, answered: Outcome) -> Outcome:
    if not lets_go(answered):
        answered = answered.and_replies(Reply("utter_back_to_repair"))
    # A slot must be set, or Rasa takes the form for rejected and asks nothing.
    return answered.and_slots(category=heard.slot("category"))


def _stuck(call: Call, heard: Heard, outcome: Outcome) -> Outcome:
    """The same question again and again helps nobody: a person is called."""
    times = int(heard.slot("stuck") or 0) + 1
    if outcome.closes:
        return outcome
    if times < STUCK_AT:
        return outcome.and_slots(stuck=times)
    called = hand_over(call, heard, reason="not_understood")
    return called.and_slots(**given_up(REPAIR_SLOTS, "repair_confirmed"))


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
