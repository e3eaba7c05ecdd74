"""What one message says of a complaint, all at once: where its dialogue begins, and for an angry one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.complaint.facts import ComplaintFacts, read_complaint
from actions.complaint.place import place_in
from actions.complaint.rules import is_about_colleague
from actions.heard import Heard
from actions.matters import OTHER
from actions.mirror import mirror
from actions.people import resident_id_of
from actions.repair.place import known_homes
from actions.room import Call
from bot.desk.talk.turns import keep_from_agents

ASKED = ("complaint_text", "complaint_place", "complaint_since", "complaint_wish", "complaint_confirmed")
COMPLAINT_SLOTS = (
    *ASKED, "complaint_category", "complaint_own", "complaint_side", "complaint_plate", "complaint_phone",
    "complaint_anonymous", "complaint_mirror", "complaint_how", "complaint_ahead", "complaint_record",
    "complaint_department", "complaint_person", "complaint_respond", "complaint_resolve", "complaint_secret",
    "complaint_upset", "complaint_begun", "complaint_charge", "complaint_named", "complaint_around", "stuck",
)  # fmt: skip
"""What the form clears at its end."""
SHORTEST_MIRROR = 4


def first_slots(call: Call, heard: Heard) -> dict[str, Any]:
    """Return what a message says of a complaint, all at once; used for an angry one, too."""
    facts = read_complaint(heard, today_of(call))
    known = known_homes(call, resident_id_of(call, heard))
    slots: dict[str, Any] = {
        "complaint_begun": heard.turn,
        "complaint_category": heard.category_of("complaint") or OTHER,
        "complaint_text": facts.words,
        "complaint_since": facts.since,
        "complaint_wish": facts.wish,
        "complaint_mirror": _told_back(call, facts.words),
        **extras_of(facts),
    }
    pointed = place_in(call, heard.text, known=known, own=None, side=None, asked=None)
    return slots | (pointed.slots() if pointed else {})


def _told_back(call: Call, words: str | None) -> str | None:
    """Her words read back; a word or two ("保洁") are no sentence to be asked about."""
    read_back = mirror(words or "", call.words)
    return read_back if len(read_back) >= SHORTEST_MIRROR else None


def extras_of(facts: ComplaintFacts) -> dict[str, Any]:
    """Return what may be said at any time: a phone, a plate, that she is not to be named."""
    extras = {
        "complaint_phone": facts.phone,
        "complaint_plate": facts.plate,
        "complaint_anonymous": facts.anonymous or None,
    }
    return {name: value for name, value in extras.items() if value}


def today_of(call: Call) -> date:
    """Return the estate's day."""
    return call.now.astimezone(call.estate.zone).date()


def keep_if_secret(call: Call, heard: Heard, slots: Mapping[str, Any]) -> None:
    """What is said of somebody at the desk, or anonymously, is kept from agents: all of this complaint."""
    if is_secret(slots):
        keep_from_agents(call.session, heard.turn, since=slots.get("complaint_begun"))


def is_secret(slots: Mapping[str, Any]) -> bool:
    """Do agents not read it: about one of them, or by somebody who is not to be named?"""
    category, text = str(slots.get("complaint_category") or OTHER), str(slots.get("complaint_text") or "")
    return bool(text) and bool(slots.get("complaint_anonymous") or is_about_colleague(category, text))
