"""Opens a fee case from the slots of the dialogue; a home she named is a claim."""

from dataclasses import replace
from typing import Any

from actions.fee.account import place_of
from actions.fee.asked import touches
from actions.heard import Heard
from actions.matters import OTHER
from actions.people import resident_id_of
from actions.room import Call
from bot.desk.casework.cases import OpenedCase, open_case
from bot.desk.fees.account import proved_homes
from bot.desk.people.homes import FoundHome, NoSuchHome, OneHome, find_home
from bot.desk.people.residents import claim_home, homes_of
from bot.desk.wording.composer import Reply
from bot.language.rooms import HomeParts, find_homes
from bot.store import actors
from bot.store.states import CaseKind, Urgency

FEE_SLOTS = ("fee_category", "fee_words", "fee_evidence", "fee_home", "fee_place", "fee_confirmed")
"""What the form clears at its end."""
_TOLD_FIRST = ("visit", "respond", "resolve")


def open_fee(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """Open the case. Returns what she is told: number, who checks it, until when."""
    resident_id, home = resident_id_of(call, heard), heard.slot("fee_home")
    by = actors.resident(resident_id)
    none = call.words.label("fee_text", "none")
    words, evidence = str(heard.slot("fee_words") or heard.text), heard.slot("fee_evidence") or none
    addition = call.words.label("text", "addition")
    opened = open_case(
        call.session,
        estate=call.estate,
        kind=CaseKind.FEE,
        category=str(heard.slot("fee_category") or OTHER),
        urgency=Urgency.URGENT if heard.upset == 2 or touches(words, "cut_off") else Urgency.NORMAL,
        summary=words if evidence == none else addition.format(old=words, new=evidence),
        place=heard.slot("fee_place"),
        since=None,
        contact=None,
        household_key=home,
        resident_id=resident_id,
        conversation_id=heard.conversation_id,
        by=by,
        now=call.now,
    )
    if home:
        claim_home(call.session, resident_id=resident_id, home=home, by=by, now=call.now)
    later = (Reply("utter_fee_evidence_later"),) if evidence == none else ()
    return (Reply("utter_fee_opened", _told(opened)), *later, Reply("utter_fee_follow"))


def open_fee_unasked(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """Open the case of a message at once, without asking back: she is angry, and a person comes."""
    home, _ = home_of_charge(call, heard, heard.text)
    slots = {"fee_category": heard.category_of("fee"), "fee_words": heard.text, **home}
    return open_fee(call, replace(heard, slots=slots))


def home_of_charge(call: Call, heard: Heard, said: str) -> tuple[dict[str, Any], tuple[Reply, ...]]:
    """Return the home it is about: named now, named before, or the one she has."""
    named = find_homes(said) or find_homes(heard.text)
    if named and not heard.pressed:
        found: FoundHome = find_home(call.session, HomeParts(named[0].building, named[0].unit, named[0].room))
        if isinstance(found, OneHome):
            return _home_slots(call, found.key), ()
        if isinstance(found, NoSuchHome):
            return {}, (Reply("utter_fee_no_such_home"),)
    if heard.slot("fee_home"):
        return {}, ()
    resident_id = resident_id_of(call, heard)
    own = proved_homes(call.session, resident_id) or [one.key for one in homes_of(call.session, resident_id)]
    return (_home_slots(call, own[0]), ()) if len(own) == 1 else ({}, ())


def _home_slots(call: Call, home: str) -> dict[str, Any]:
    return {"fee_home": home, "fee_place": place_of(call, home)}


def _told(opened: OpenedCase) -> dict[str, Any]:
    due = {promise.what: promise.due_at.isoformat() for promise in opened.promises}
    return {
        "number": opened.number,
        "department": opened.department,
        "person": opened.person,
        "promised": next(what for what in _TOLD_FIRST if what in due),
        "kind": CaseKind.FEE.value,
        **{f"{what}_due": at for what, at in due.items()},
    }
