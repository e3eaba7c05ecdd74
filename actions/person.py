"""A person is called in (R15, R31), and what is said to somebody who waits for one."""

from typing import Any

from actions.base import DeskAction
from actions.heard import Heard
from actions.matters import KEPT, OTHER
from actions.opening import open_repair, open_report
from actions.outcome import Outcome, cleared, kept
from actions.people import contact_known, resident_id_of
from actions.repair_facts import read_facts
from actions.repair_place import fault_of, known_homes, place_by_default, place_from
from actions.room import Call
from actions.status import open_cases
from bot.desk.casework.cases import add_note
from bot.desk.service.prospects import prospect, with_time
from bot.desk.talk.acknowledging import acknowledge_waiting
from bot.desk.talk.conversations import AlreadyWaiting, AlreadyWithPerson, PersonRequested, request_person
from bot.desk.wording.composer import Reply
from bot.store import actors
from bot.store.states import CaseKind

DIALOGUE_SLOTS = (
    "what", "category", "place", "home", "home_said", "ask_how", "options", "since", "contact",
    "repair_confirmed", "report_kind", "report_category", "report_text", "report_confirmed",
    "withdraw_number", "withdraw_confirmed", "next_matters", "stuck",
)  # fmt: skip
"""Cleared when a person comes in: she knows the whole conversation, and the next bot period is new."""
RECORDED_FIRST = frozenset({"angry", "threat"})
"""Reasons for which her matter is opened as a case at once: a person may come late, the promise runs now."""


class HandOver(DeskAction):
    """Predicted by the policy of escalation, or by the rule for 转人工."""

    key = "action_hand_over"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return hand_over(call, heard, reason=_reason(heard))


class NoteWaiting(DeskAction):
    """Somebody who waits for a person writes more: it is in the chat already, and acknowledged once."""

    key = "action_note_waiting"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: note_waiting(call, heard))


def hand_over(call: Call, heard: Heard, *, reason: str) -> Outcome:
    """Put the conversation into the queue and end what the bot was about; open her matter first if angry."""
    return kept(call, heard, HandOver.key, lambda: _hand_over(call, heard, reason))


def _hand_over(call: Call, heard: Heard, reason: str) -> Outcome:
    recorded = _recorded(call, heard) if reason in RECORDED_FIRST else ()
    by = actors.resident(resident_id_of(call, heard)) if reason == "asked" else actors.BOT
    match request_person(call.session, heard.conversation_id, reason=reason, by=by, now=call.now):
        case PersonRequested(reason=why):
            replies = with_time(
                "utter_handed_over", {**_standing(call, heard), "reason": why, "asked": why == "asked"}
            )
        case AlreadyWaiting():
            replies = with_time("utter_already_waiting", _standing(call, heard))
        case AlreadyWithPerson(agent_name=agent):
            replies = [Reply("utter_with_person", {"agent": agent})]
    return Outcome((*recorded, *replies), cleared(DIALOGUE_SLOTS), closes=heard.active_form is not None)


def _standing(call: Call, heard: Heard) -> dict[str, Any]:
    """Her place, who is there, the expected time: what she is told of the queue."""
    return prospect(call.session, heard.conversation_id, estate=call.estate, now=call.now).slots()


def _reason(heard: Heard) -> str:
    """Why: what the desk decided before understanding, else what understanding brought out."""
    escalation = heard.escalation
    if escalation.get("now"):
        return str(escalation["now"])
    if heard.intent == "human":
        return "asked"
    by_mood = escalation.get("if_angry") if heard.upset == 2 else escalation.get("if_annoyed")
    if heard.upset and by_mood:
        return str(by_mood)
    return str(escalation.get("if_not_understood") or "asked")


def _recorded(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """Open the matter of an angry message without asking back; what is missing a person asks."""
    if heard.slot("what"):
        return _repair(call, heard, dict(heard.slots))
    intent = heard.intent if heard.intent in KEPT else None
    intent = intent or next((one.intent for one in heard.matters if one.intent in KEPT), None)
    if intent == "repair":
        return _repair(call, heard, _repair_slots(call, heard))
    if intent is None:
        return ()
    category = heard.category_of(intent) or OTHER
    return open_report(call, heard, kind=CaseKind(intent), category=category, words=heard.text)[:1]


def _repair(call: Call, heard: Heard, slots: dict[str, object]) -> tuple[Reply, ...]:
    replies = open_repair(call, heard, slots)[:1]
    return replies if slots.get("place") else (*replies, Reply("utter_handover_place"))


def _repair_slots(call: Call, heard: Heard) -> dict[str, object]:
    facts, resident_id = read_facts(heard), resident_id_of(call, heard)
    known = known_homes(call, resident_id)
    fault = fault_of(call, heard.category_of("repair") or OTHER, heard.text)
    place = place_from(call, facts, fault=fault, slots={}, known=known, text=heard.text)
    if not place.get("place"):
        place |= place_by_default(call, fault=fault, known=known)
    return {
        "what": heard.text,
        "category": fault.category,
        "since": facts.since,
        "contact": facts.phone or contact_known(call, resident_id),
        **place,
    }


def _complete_place(call: Call, heard: Heard) -> None:
    """A home said while she waits goes to the case that was opened without a place, as a note."""
    if not read_facts(heard).names_home:
        return
    for case in open_cases(call, heard)[:1]:
        if case.place is None and case.conversation_id == heard.conversation_id:
            by = actors.resident(resident_id_of(call, heard))
            add_note(call.session, case, heard.text, by=by, now=call.now)


def note_waiting(call: Call, heard: Heard) -> Outcome:
    """Take what she writes while she waits; acknowledged once, then in silence."""
    _complete_place(call, heard)
    told_now = acknowledge_waiting(call.session, heard.conversation_id, now=call.now)
    return Outcome((Reply("utter_added_to_waiting" if told_now else "utter_silent"),))
