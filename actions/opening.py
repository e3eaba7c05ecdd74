"""Opens a case from the slots of a dialogue and says what the resident is told of it."""

from collections.abc import Mapping
from typing import Any

from actions.heard import Heard
from actions.matters import OTHER
from actions.people import resident_id_of
from actions.repair.place import Fault, fault_of, is_shared
from actions.room import Call
from actions.said import says
from bot.desk.casework.cases import OpenedCase, open_case
from bot.desk.people.residents import claim_home, remember_contact
from bot.desk.wording.composer import Reply
from bot.store import actors
from bot.store.states import CaseKind, Urgency

CHAT = "chat"
UNSAID = "unsaid"
"""Stands for a time nobody asked her for: who is upset about what all share is asked the least."""
_GUSHING = frozenset({"leak", "water", "drain", "heating_gas"})
_TOLD_FIRST = ("visit", "respond", "resolve")
"""Which promised time stands in the first sentence: the one she waits at home for."""


def open_repair(call: Call, heard: Heard, slots: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Open the repair; keep the home she named (a claim) and her phone. Returns what she is told."""
    resident_id = resident_id_of(call, heard)
    summary = str(slots["what"])
    fault = fault_of(call, _known_category(call, slots), summary)
    contact = slots.get("contact")
    opened = open_case(
        call.session,
        estate=call.estate,
        kind=CaseKind.REPAIR,
        category=fault.category,
        urgency=_urgency(call, fault),
        summary=summary,
        place=slots.get("place"),
        since=None if slots.get("since") == UNSAID else slots.get("since"),
        contact=None if contact == CHAT else contact,
        household_key=slots.get("home"),
        resident_id=resident_id,
        conversation_id=heard.conversation_id,
        by=actors.resident(resident_id),
        now=call.now,
    )
    _remember(call, resident_id, fault, slots)
    told = {**_told(opened), "kind": CaseKind.REPAIR.value, "category": fault.category}
    return (
        Reply("utter_repair_opened", told),
        Reply("utter_repair_payer", {"payer": call.estate.repair_categories[fault.category].payer}),
        Reply("utter_repair_follow"),
    )


def open_report(
    call: Call, heard: Heard, *, kind: CaseKind, category: str, words: str, ordinal: int = 0
) -> tuple[Reply, ...]:
    """Open a complaint, a question of fees, a suggestion or an inquiry in the resident's own words."""
    resident_id = resident_id_of(call, heard)
    opened = open_case(
        call.session,
        estate=call.estate,
        kind=kind,
        category=category,
        urgency=_report_urgency(heard, kind),
        summary=words,
        place=None,
        since=None,
        contact=None,
        household_key=None,
        resident_id=resident_id,
        conversation_id=heard.conversation_id,
        by=actors.resident(resident_id),
        now=call.now,
    )
    told = {**_told(opened), "kind": kind.value, "category": category}
    return Reply("utter_report_opened", told), Reply("utter_report_follow")


def _told(opened: OpenedCase) -> dict[str, Any]:
    due = {one.what: one.due_at.isoformat() for one in opened.promises}
    return {
        "number": opened.number,
        "department": opened.department,
        "person": opened.person,
        "promised": next(what for what in _TOLD_FIRST if what in due),
        "finished_by": "resolve" in due,
        **{f"{what}_due": at for what, at in due.items()},
    }


def _known_category(call: Call, slots: Mapping[str, Any]) -> str:
    category = str(slots.get("category") or OTHER)
    return category if category in call.estate.repair_categories else OTHER


def _urgency(call: Call, fault: Fault) -> Urgency:
    """Water that does not stop is an emergency; else what the estate says of the category."""
    if fault.category in _GUSHING and says("gushing", fault.words):
        return Urgency.EMERGENCY
    return call.estate.urgency_of(fault.category)


def _report_urgency(heard: Heard, kind: CaseKind) -> Urgency:
    """A complaint made in anger, or with a threat (R15), goes before the others."""
    pressing = heard.upset == 2 or heard.escalation.get("now") == "threat"
    return Urgency.URGENT if pressing and kind is CaseKind.COMPLAINT else Urgency.NORMAL


def _remember(call: Call, resident_id: int, fault: Fault, slots: Mapping[str, Any]) -> None:
    contact, home = slots.get("contact"), slots.get("home")
    if contact and contact != CHAT:
        remember_contact(call.session, resident_id=resident_id, phone=contact)
    if home and not is_shared(call, fault):
        by = actors.resident(resident_id)
        claim_home(call.session, resident_id=resident_id, home=home, by=by, now=call.now)
