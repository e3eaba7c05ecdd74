"""Complaint, fee, suggestion, question: kept in her own words after one confirmation (R8, R30)."""

from typing import Any

from actions.base import DeskAction
from actions.complaint.after import noted_after_opening
from actions.detours import SURE, another_matter, answer_detour, give_up_on_words, is_detour, lets_go
from actions.heard import Heard
from actions.matters import KEPT, OTHER, REPORTS, next_matter, other_matters
from actions.opening import open_report
from actions.outcome import Outcome, cleared, given_up, kept
from actions.room import Call
from actions.said import says, tail, without
from bot.desk.wording.composer import Reply
from bot.store.states import CaseKind

FORM = "report_form"
REPORT_SLOTS = ("report_kind", "report_category", "report_text", "report_confirmed")
_OTHER_SUBJECTS = frozenset({"status", "human", "greet", "thanks", "goodbye", "affirm"})
"""Anything else that is said before the yes belongs to the matter: she was asked what she expects."""
_COURTESIES = frozenset({"greet", "thanks", "goodbye"})
SURE_OF_COURTESY = 0.8
"""Below it a courtesy is taken for a detail of the matter ("在这联系")."""
LONGEST = 2000
"""Characters of her words kept in the case; the whole is in the conversation."""


class ValidateReportForm(DeskAction):
    """Called by the form once a turn, at its beginning with no slot asked for."""

    key = "validate_report_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        if heard.asked is not None:
            return go_on(call, heard)
        noted = noted_after_opening(call, heard) if heard.slot("report_text") is None else None
        return noted.and_slots(**given_up(REPORT_SLOTS, "report_confirmed")) if noted else begin(heard)


class OpenReport(DeskAction):
    """Called when she confirmed."""

    key = "action_open_report"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return open_confirmed(call, heard)


def begin(heard: Heard) -> Outcome:
    """Keep her words; the form has them confirmed."""
    if heard.slot("report_text") is not None:  # a matter kept from an earlier message
        return Outcome(slots={"report_confirmed": None})
    kind = heard.intent if heard.intent in REPORTS else "inquiry"
    slots: dict[str, Any] = {
        "report_kind": kind,
        "report_category": heard.category_of(kind) or OTHER,
        "report_text": _own_words(heard),
        "report_confirmed": None,
        "next_matters": [*(heard.slot("next_matters") or []), *other_matters(heard, kind)],
    }
    return Outcome(slots=slots)


def go_on(call: Call, heard: Heard) -> Outcome:
    """A yes, a no, more of the same, or another subject."""
    if heard.intent == "deny" and _puts_right(heard):
        return _added(call, heard)
    if heard.intent in ("cancel", "deny"):
        return _given_up()
    if heard.asked == "report_text":
        words = _own_words(heard)
        return Outcome(slots={"report_text": words}) if words else give_up_on_words(call, heard)
    if heard.intent == "affirm":
        return Outcome(slots={"report_confirmed": True}, closes=True)
    if _is_of_another_kind(heard):
        return _back(heard, another_matter(call, heard))
    if _tells_more(heard) and len(_own_words(heard) or "") > 1:
        return _added(call, heard)
    outcome = answer_detour(call, heard) if is_detour(heard) else give_up_on_words(call, heard)
    if outcome.closes:
        return outcome.and_slots(**given_up(REPORT_SLOTS, "report_confirmed"))
    return _back(heard, outcome) if is_detour(heard) else _still_asked(heard, outcome)


def _puts_right(heard: Heard) -> bool:
    """Does her "no" say what is right ("不对，是保洁")? It stays beside the words it corrects."""
    corrected = heard.asked == "report_confirmed" and says("correction", heard.text)
    return corrected and len(tail(heard.text)) > 1


def _is_of_another_kind(heard: Heard) -> bool:
    """A repair in the middle of a question of fees is no detail of it; what she wishes for is."""
    other = heard.intent in KEPT and heard.intent != heard.slot("report_kind")
    return other and heard.confidence >= SURE and not says("wish", heard.text)


def _tells_more(heard: Heard) -> bool:
    unsure = heard.intent in _COURTESIES and heard.confidence < SURE_OF_COURTESY
    return unsure or heard.intent not in _OTHER_SUBJECTS


def _back(heard: Heard, outcome: Outcome) -> Outcome:
    reminder = () if lets_go(outcome) else (Reply("utter_back_to_report"),)
    return _still_asked(heard, outcome.and_replies(*reminder))


def _still_asked(heard: Heard, outcome: Outcome) -> Outcome:
    # A slot must be set, or Rasa takes the form for rejected and asks nothing.
    return outcome.and_slots(report_kind=heard.slot("report_kind"))


def _added(call: Call, heard: Heard) -> Outcome:
    """More of the same: what she expects, another detail."""
    before, said = str(heard.slot("report_text")), _own_words(heard)
    text = call.words.label("text", "addition").format(old=before, new=said)
    return Outcome((Reply("utter_report_noted"),), {"report_text": text[:LONGEST]})


def _given_up() -> Outcome:
    slots = given_up(REPORT_SLOTS, "report_confirmed")
    return Outcome((Reply("utter_report_cancelled"),), slots, closes=True)


def open_confirmed(call: Call, heard: Heard) -> Outcome:
    """Open the case once for this turn, and go on with what else she had said."""
    return kept(call, heard, OpenReport.key, lambda: next_matter(heard, _opened(call, heard)))


def _opened(call: Call, heard: Heard) -> Outcome:
    kind = CaseKind(str(heard.slot("report_kind")))
    category, words = str(heard.slot("report_category") or OTHER), str(heard.slot("report_text"))
    replies = open_report(call, heard, kind=kind, category=category, words=words)
    return Outcome(replies, cleared(REPORT_SLOTS))


def slots_of_matter(heard: Heard) -> dict[str, Any]:
    """Return the slots with which the form begins for a matter kept from before."""
    words = {"report_text": heard.text, "report_category": heard.category_of(heard.intent) or OTHER}
    return {**words, "report_kind": heard.intent, "report_confirmed": None}


def _own_words(heard: Heard) -> str | None:
    """Her own words, without greetings at the edges; None when nothing was said but which kind it is."""
    if heard.pressed:
        return None
    text = heard.text.strip()[:LONGEST]
    return text if len(without(("polite", "empty_report"), text)) > 1 else None
