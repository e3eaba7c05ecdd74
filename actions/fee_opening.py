"""Opens a fee case from the slots of the dialogue; a home she named is a claim."""

from typing import Any

from actions.fee_asked import touches
from actions.heard import Heard
from actions.matters import OTHER
from actions.people import resident_id_of
from actions.room import Call
from bot.desk.casework.cases import OpenedCase, open_case
from bot.desk.people.residents import claim_home
from bot.desk.wording.composer import Reply
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
