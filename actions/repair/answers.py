"""What one message changes in a repair that is being taken: answers, corrections, more of the same."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions.heard import FALLBACK, Heard
from actions.matters import OTHER
from actions.opening import CHAT, UNSAID
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.repair.facts import LONGEST_SINCE, RepairFacts, bare_building
from actions.repair.place import (
    Fault,
    fault_of,
    is_shared,
    known_homes,
    place_as_said,
    place_by_default,
    place_from,
)
from actions.room import Call
from actions.said import says, tail, without, without_clause
from actions.status import open_cases
from bot.desk.casework.cases import add_note
from bot.desk.wording.composer import Reply
from bot.language.rooms import HomeParts
from bot.store import actors

JUST_NOW = timedelta(minutes=30)
"""So long after the opening a correction is about the case that was opened."""
LONGEST_BARE_PLACE = 4
"""Characters of a shared place and nothing else ("楼道"), said when the place was asked for."""
SHORTEST_FAULT = 3
"""Characters of a fault that only the question explains ("老是响")."""
_UNCLEAR = frozenset({FALLBACK, "repair", "out_of_scope", "inquiry", "deny"})
"""Intents that may well be an answer to the form's question."""


def changes_in(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """Return what the message says beyond doubt: a home, a phone, a time asked for, more of the fault."""
    changes: dict[str, Any] = {}
    if heard.asked == "what" and heard.intent == "repair" and facts.fault:
        changes = {"what": facts.fault, "category": heard.category_of("repair") or OTHER}
    fault = _fault_now(call, heard, changes)
    changes |= {"category": fault.category, **_place_change(call, heard, facts, fault)}
    if facts.phone:
        changes["contact"] = facts.phone
    if facts.since and (heard.asked == "since" or _tells_since(heard, facts.since)):
        changes["since"] = facts.since
    if heard.asked != "what" and heard.intent == "repair" and not (corrects(heard) or asks_when(heard)):
        changes |= _more_of_the_fault(call, heard, facts)
    news = {name: value for name, value in changes.items() if heard.slot(name) != value}
    # How to ask is no news by itself, but belongs to what is.
    return {**news, "ask_how": changes["ask_how"]} if news and "ask_how" in changes else news


def free_answer(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """Return what words say that only the question explains."""
    text = without(("polite",), heard.text)
    unclear = heard.intent in _UNCLEAR or answers_freely(heard)
    match heard.asked:
        case "what" if facts.fault and len(text) >= SHORTEST_FAULT and not _says_nothing(text):
            return {"what": facts.fault}
        case "place" if _needs_building(call, heard, facts):
            return {"ask_how": "need_building"}
        case "place" if facts.public or (unclear and text and is_shared(call, _fault_now(call, heard, {}))):
            return place_as_said(heard.text)
        case "place" if facts.private and (corrects(heard) or says("after_all", heard.text)):
            return {**_put_right(call, heard), "ask_how": "need_home"}
        case "place" if facts.private:
            return {"ask_how": "need_home"}
        case "since" | "contact" if facts.private and (corrects(heard) or says("after_all", heard.text)):
            return _put_right(call, heard)
        case "since" if facts.private and facts.fault and not facts.since and heard.slot("what"):
            return _where_it_is(call, heard, facts)
        case "since" if text and (unclear or heard.intent == "chitchat"):
            return {"since": text[:LONGEST_SINCE]}
        case "contact" if says("refuse_phone", heard.text) or heard.intent == "deny" or _settles(heard):
            return {"contact": CHAT}
        case "contact" if sum(char.isdigit() for char in text) >= 5:
            return {"ask_how": "phone_unreadable"}
        case "repair_confirmed" if unclear:
            return _corrected_words(call, heard)
    return {}


def correct_last_case(call: Call, heard: Heard) -> Outcome | None:
    """Put a correction that comes right after the opening on the case, as a note in her own words."""
    if not corrects(heard):
        return None
    newest = [
        case
        for case in open_cases(call, heard)[:1]
        if case.conversation_id == heard.conversation_id and call.now - case.created_at <= JUST_NOW
    ]
    if not newest:
        return None
    by = actors.resident(resident_id_of(call, heard))

    def noted() -> Outcome:
        add_note(call.session, newest[0], heard.text, by=by, now=call.now)
        told = {"number": newest[0].number, "person": newest[0].person_in_charge}
        return Outcome((Reply("utter_case_noted", told),), {"repair_confirmed": False}, closes=True)

    return kept(call, heard, "note_correction", noted)


def answers_freely(heard: Heard) -> bool:
    """May these words be the answer itself, though the classifier sees another intent in them?"""
    kind = {"contact": "refuse_phone", "since": "vague_since"}.get(str(heard.asked))
    return kind is not None and says(kind, heard.text)


def asks_when(heard: Heard) -> bool:
    """Does she want to know when somebody comes, or press, before the repair is even noted?"""
    return heard.intent == "urge" or (heard.intent in ("repair", "status") and says("asks_when", heard.text))


def remarks(heard: Heard, changes: Mapping[str, Any]) -> tuple[Reply, ...]:
    """Return the word that a correction or an addition was taken; an answer needs no remark."""
    again = [
        name
        for name in ("place", "contact", "since", "what")
        if changes.get(name) and heard.slot(name) not in (None, UNSAID)
    ]
    if not again:
        return ()
    added = again == ["what"] and not (corrects(heard) or says("after_all", heard.text))
    return (Reply("utter_repair_noted" if added else "utter_repair_changed"),)


def _place_change(call: Call, heard: Heard, facts: RepairFacts, fault: Fault) -> dict[str, Any]:
    """The place she names; where she has just said what is broken, the place the desk knows for it."""
    known = known_homes(call, resident_id_of(call, heard))
    changes: dict[str, Any] = {}
    if heard.slot("ask_how") == "need_building" and (building := bare_building(heard.text)):
        facts = replace(facts, home=HomeParts(building=building))
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
    only_place = heard.asked == "place" and facts.public and len(said or "") <= LONGEST_BARE_PLACE
    if only_place or not said or not before or said in before or not without(("home_part",), said):
        return {}
    return _joined(call, "addition", before, said)


def _says_nothing(text: str) -> bool:
    return says("vague_since", text) or says("vague", text)


def _where_it_is(call: Call, heard: Heard, facts: RepairFacts) -> dict[str, Any]:
    """ "卧室" after "灯", though something else was asked: part of the fault; the place may be another."""
    before = str(heard.slot("what"))
    what = _joined(call, "addition", before, str(facts.fault))
    fault = fault_of(call, str(heard.slot("category")), str(what["what"]))
    known = known_homes(call, resident_id_of(call, heard))
    moved = fault.category != heard.slot("category")
    return {
        **what,
        "category": fault.category,
        **(place_by_default(call, fault=fault, known=known) if moved else {}),
    }


def _needs_building(call: Call, heard: Heard, facts: RepairFacts) -> bool:
    """Is it a place every building has ("楼道")? Asked once; said again it is taken as she says it."""
    everywhere = facts.public and not facts.private and not says("unique_place", heard.text)
    fault = _fault_now(call, heard, {})
    inside = is_shared(call, fault) and fault.category != "outdoor"
    return everywhere and inside and heard.slot("ask_how") != "need_building"


def _tells_since(heard: Heard, since: str) -> bool:
    """Is the time meant as "since when", though something else was asked?"""
    if says("not_since", since):
        return False
    alone = not without_clause("since_rest", heard.text, since)
    return heard.slot("since") in (None, UNSAID) or alone or corrects(heard)


def corrects(heard: Heard) -> bool:
    """Does she put right what was said?"""
    return says("correction", heard.text)


def _settles(heard: Heard) -> bool:
    """She was asked for a phone twice and only says yes: we stay here."""
    return heard.intent == "affirm" and bool(heard.slot("stuck"))


def _corrected_words(call: Call, heard: Heard) -> dict[str, Any]:
    """At the confirmation: words that put the fault right, or nothing more than "no"."""
    said, before = tail(without(("polite",), heard.text)), heard.slot("what")
    if len(said) < 3 or not before or (heard.intent == "deny" and not corrects(heard)):
        return {"ask_how": "which"} if heard.intent == "deny" or corrects(heard) else {}
    return _put_right(call, heard) if corrects(heard) else _joined(call, "addition", before, said)


def _put_right(call: Call, heard: Heard) -> dict[str, Any]:
    """Her words for the fault with the correction behind them: the man who comes reads both."""
    said, before = tail(without(("polite", "after_all"), heard.text)), heard.slot("what")
    return _joined(call, "correction", before, said) if before and len(said) > 1 else {}


def _joined(call: Call, form: str, before: str, said: str) -> dict[str, Any]:
    return {"what": call.words.label("text", form).format(old=before, new=said)}
