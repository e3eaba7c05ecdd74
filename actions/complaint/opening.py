"""Opens a complaint from the slots of its dialogue; says what is promised before that, and after."""

from collections.abc import Mapping
from typing import Any

from actions.complaint.anonymous import place_without_her, words_without_her
from actions.complaint.charge import charge_of, told_of_charge
from actions.complaint.facts import LIST
from actions.complaint.rules import is_about_colleague, urgency_of
from actions.heard import Heard
from actions.matters import OTHER
from actions.mirror import turned_round
from actions.opening import UNSAID
from actions.people import contact_known, resident_id_of
from actions.room import Call
from actions.said import says
from bot.desk.casework.cases import OpenedCase, open_case
from bot.desk.casework.complained_of import Charge
from bot.desk.people.residents import claim_home, homes_of, remember_contact
from bot.desk.wording.composer import Reply
from bot.desk.wording.phrases import span_text
from bot.store import actors
from bot.store.states import CaseKind

_LINES = ("text", "place", "since", "plate", "wish")


def open_complaint(call: Call, heard: Heard, slots: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Open the complaint in her own words. Returns what she is told: number, who, by when.

    Its household is hers and never the home complained of; with anonymity it has none.
    """
    resident_id = resident_id_of(call, heard)
    text, category = str(slots["complaint_text"]), str(slots.get("complaint_category") or OTHER)
    anonymous, charge = bool(slots.get("complaint_anonymous")), charge_of(call, slots)
    opened = open_case(
        call.session,
        estate=call.estate,
        kind=CaseKind.COMPLAINT,
        category=category,
        urgency=urgency_of(category, text, upset=heard.upset),
        summary=words_without_her(text) if anonymous else text,
        place=_place(call, slots),
        since=said(slots, "since"),
        contact=None if anonymous else slots.get("complaint_phone") or contact_known(call, resident_id),
        household_key=None if anonymous else _own_home(call, resident_id),
        resident_id=resident_id,
        conversation_id=heard.conversation_id,
        supervisors_only=is_about_colleague(category, text),
        details=_details(slots, anonymous),
        charge=charge,
        by=actors.resident(resident_id),
        now=call.now,
    )
    _remember(call, resident_id, slots)
    return _told(opened, slots, charge)


def terms_of(call: Call, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return the slots that tell her the way and the time limits before she confirms (R8)."""
    text, category = str(slots["complaint_text"]), str(slots.get("complaint_category") or OTHER)
    row = call.estate.sla_for(CaseKind.COMPLAINT, category, urgency_of(category, text, upset=0))
    department = call.estate.department(row.department)
    times = {what: span_text(span, call.words) for what, span in row.times().items()}
    charge = told_of_charge(charge_of(call, slots))
    return {
        "complaint_record": record_of(call, slots),
        "complaint_charge": charge["charge"],
        "complaint_named": charge.get("named"),
        "complaint_around": charge.get("around"),
        "complaint_department": charge.get("department", department.name),
        "complaint_person": charge.get("person", department.person),
        "complaint_respond": times.get("respond") or times.get("visit") or times.get("resolve"),
        "complaint_resolve": times.get("resolve"),
        "complaint_secret": is_about_colleague(category, text),
    }


def record_of(call: Call, slots: Mapping[str, Any]) -> str:
    """Return what was written down, a line each, as she reads it before she confirms."""
    lines = []
    for name in _LINES:
        value = _written(call, slots, name)
        if value:
            shown = turned_round(str(value)) if name == "wish" else str(value)
            lines.append(call.words.label("complaint_record", name).format(**{name: shown}))
    if slots.get("complaint_anonymous"):
        lines.append(call.words.label("complaint_record", "anonymous"))
    return "\n".join(lines)


def said(slots: Mapping[str, Any], name: str) -> str | None:
    """Return what she said of the place, the time or the wish; None where she did not, or would not."""
    value = slots.get(f"complaint_{name}")
    return None if value in (None, UNSAID) else str(value)


def _written(call: Call, slots: Mapping[str, Any], name: str) -> str | None:
    """What the case will say of it: of who is not to be named, nothing of her."""
    if name == "place":
        return _place(call, slots)
    if name != "text":
        return said(slots, name)
    text = str(slots["complaint_text"])
    return words_without_her(text) if slots.get("complaint_anonymous") else text


def _place(call: Call, slots: Mapping[str, Any]) -> str | None:
    place = said(slots, "place")
    return place_without_her(call, slots) if place and slots.get("complaint_anonymous") else place


def asks_money(slots: Mapping[str, Any]) -> bool:
    """Does she want money for what happened? It is noted; nothing is promised."""
    return says("damages", f"{said(slots, 'wish') or ''}{slots.get('complaint_text') or ''}", of=LIST)


def _own_home(call: Call, resident_id: int) -> str | None:
    proved = [home.key for home in homes_of(call.session, resident_id) if home.verified]
    return proved[0] if len(proved) == 1 else None


def _details(slots: Mapping[str, Any], anonymous: bool) -> dict[str, Any]:
    details = {"wish": said(slots, "wish"), "plate": said(slots, "plate"), "anonymous": anonymous or None}
    return {name: value for name, value in details.items() if value}


def _remember(call: Call, resident_id: int, slots: Mapping[str, Any]) -> None:
    if slots.get("complaint_phone"):
        remember_contact(call.session, resident_id=resident_id, phone=str(slots["complaint_phone"]))
    if slots.get("complaint_own"):
        by = actors.resident(resident_id)
        claim_home(
            call.session, resident_id=resident_id, home=str(slots["complaint_own"]), by=by, now=call.now
        )


def _told(opened: OpenedCase, slots: Mapping[str, Any], charge: Charge) -> tuple[Reply, ...]:
    text, category = str(slots["complaint_text"]), str(slots.get("complaint_category") or OTHER)
    due = {f"{one.what}_due": one.due_at.isoformat() for one in opened.promises}
    told = {
        "number": opened.number,
        "department": opened.department,
        "person": opened.person,
        "kind": CaseKind.COMPLAINT.value,
        "complaint_category": category,
        "visits": "visit_due" in due,
        "secret": is_about_colleague(category, text),
        **{name: told for name, told in told_of_charge(charge).items() if told},
        **due,
    }
    replies = [Reply("utter_complaint_opened", told)]
    if asks_money(slots):
        replies.append(Reply("utter_complaint_damages", {"person": opened.person}))
    return (*replies, Reply("utter_complaint_follow"))
