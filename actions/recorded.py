"""What an angry resident said is a case before a person comes (R13, R15): all of it, unquestioned.

A person may come late; the promised times run from now. What is missing the person asks.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.complaint.first import first_slots, keep_if_secret
from actions.complaint.opening import open_complaint
from actions.complaint.rules import needs_place
from actions.fee.opening import open_fee, open_fee_unasked
from actions.heard import Heard, Matter
from actions.matters import KEPT, OTHER
from actions.opening import UNSAID, open_repair, open_report
from actions.people import contact_known, resident_id_of
from actions.repair.facts import read_facts
from actions.repair.place import fault_of, known_homes, place_by_default, place_from
from actions.room import Call
from bot.desk.wording.composer import Reply
from bot.store.states import CaseKind

PLACE_MISSING = "utter_handover_place"


def recorded(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """Open a case for each matter: the one of the form, those of the message, those kept from before.

    Returns what she is told; at most one thing is asked.
    """
    replies = [*_of_the_form(call, heard)]
    for one in matters_of(heard, formed=bool(replies)):
        replies += opened_alone(call, one)
    for kept in heard.slot("next_matters") or ():
        matter = Matter(kept["intent"], kept.get("category"), kept["text"])
        replies += opened_alone(call, alone(heard, matter))
    asked = [one for one in replies if one.key == PLACE_MISSING][:1]
    return (*(one for one in replies if one.key != PLACE_MISSING), *asked)


def _of_the_form(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """What she was telling when it became too much, with this message behind it."""
    if heard.slot("what"):
        return _repair(call, heard, dict(heard.slots))
    if heard.slot("complaint_text"):
        before, said = str(heard.slot("complaint_text")), heard.text.strip()
        joined = call.words.label("text", "addition").format(old=before, new=said)
        return _complaint(call, heard, {**heard.slots, "complaint_text": joined})
    if heard.slot("fee_words"):
        before, said = str(heard.slot("fee_words")), heard.text.strip()
        joined = call.words.label("text", "addition").format(old=before, new=said)
        return open_fee(call, replace(heard, slots={**heard.slots, "fee_words": joined}))[:1]
    if heard.slot("report_text"):
        kind, category = CaseKind(heard.slot("report_kind")), str(heard.slot("report_category") or OTHER)
        return open_report(call, heard, kind=kind, category=category, words=str(heard.slot("report_text")))[
            :1
        ]
    return ()


def matters_of(heard: Heard, *, formed: bool) -> list[Heard]:
    """The matters she told now; within a form only what is surely of another kind."""
    matters = [one for one in heard.matters if one.intent in KEPT]
    if formed:
        fee = "fee" if heard.slot("fee_words") else None
        own = "repair" if heard.slot("what") else fee or heard.slot("report_kind") or "complaint"
        matters = [one for one in matters if one.intent != own] if len(heard.matters) > 1 else []
    elif not matters and heard.intent in KEPT:
        matters = [Matter(heard.intent, None, heard.text)]
    if len(matters) == 1 and not formed:
        return [alone(heard, replace(matters[0], text=heard.text))]  # nothing she said is left out
    return [alone(heard, one) for one in matters]


def alone(heard: Heard, matter: Matter) -> Heard:
    return replace(heard, text=matter.text, intent=matter.intent, matters=(matter,), slots={})


def opened_alone(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """Open the case of a message that holds one matter; what she is told of it."""
    if heard.intent == "repair":
        return _repair(call, heard, _repair_slots(call, heard))
    if heard.intent == "complaint":
        slots = first_slots(call, heard)
        return _complaint(call, heard, {**slots, "complaint_text": slots["complaint_text"] or heard.text})
    if heard.intent == "fee":
        return open_fee_unasked(call, heard)[:1]
    kind, category = CaseKind(heard.intent), heard.category_of(heard.intent) or OTHER
    return open_report(call, heard, kind=kind, category=category, words=heard.text)[:1]


def _complaint(call: Call, heard: Heard, slots: Mapping[str, Any]) -> tuple[Reply, ...]:
    keep_if_secret(call, heard, slots)
    replies = open_complaint(call, heard, slots)[:1]
    place, category = slots.get("complaint_place"), str(slots.get("complaint_category") or OTHER)
    missing = place in (None, UNSAID) and needs_place(category)
    return (*replies, Reply(PLACE_MISSING)) if missing else replies


def _repair(call: Call, heard: Heard, slots: Mapping[str, Any]) -> tuple[Reply, ...]:
    replies = open_repair(call, heard, slots)[:1]
    return replies if slots.get("place") else (*replies, Reply(PLACE_MISSING))


def _repair_slots(call: Call, heard: Heard) -> dict[str, Any]:
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
