"""Who handles a complaint and who reads it, as she is told before and after she confirms (R8)."""

from collections.abc import Mapping
from typing import Any

from actions.complaint.rules import is_about_colleague, names_the_head, urgency_of
from actions.matters import OTHER
from actions.room import Call
from bot.desk.casework.complained_of import Charge, NobodyElse, PassedBy, Usual, charge_of_complaint
from bot.store.states import CaseKind


def charge_of(call: Call, slots: Mapping[str, Any]) -> Charge:
    """Return who handles it: as always, somebody above, or nobody but the one it is about."""
    text, category = str(slots["complaint_text"]), str(slots.get("complaint_category") or OTHER)
    if not is_about_colleague(category, text):
        return Usual()
    row = call.estate.sla_for(CaseKind.COMPLAINT, category, urgency_of(category, text, upset=0))
    return charge_of_complaint(
        call.session,
        estate=call.estate,
        department=call.estate.department(row.department),
        text=text,
        of_the_head=names_the_head(text),
    )


def told_of_charge(charge: Charge) -> dict[str, Any]:
    """Return what the sentences about it may name; `charge` is usual, above, or self."""
    match charge:
        case PassedBy(named=named, department=department, person=person):
            return {"charge": "above", "named": named, "department": department, "person": person}
        case NobodyElse(named=named, around=around):
            return {"charge": "self", "named": named, "around": around}
    return {"charge": "usual"}
