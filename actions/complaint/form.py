"""The complaint 投诉 (R8): listened to and read back, asked what is missing and what she wishes, told the way
and the times; with her yes it is a case.

Who is upset is asked the least; what must not wait (a blocked way, noise at this hour) is opened as soon as
it is known where.
"""

from typing import Any

from actions.base import DeskAction
from actions.complaint.after import noted_after_opening
from actions.complaint.answers import answer_to, changed_by, corrected
from actions.complaint.facts import ComplaintFacts, read_complaint
from actions.complaint.first import (
    ASKED,
    COMPLAINT_SLOTS,
    extras_of,
    first_slots,
    keep_if_secret,
    today_of,
)
from actions.complaint.opening import open_complaint, terms_of
from actions.complaint.rules import is_pressing, needs_place, needs_time
from actions.detours import SURE, another_matter, answer_detour, give_up_on_words, is_detour, lets_go
from actions.heard import Heard
from actions.matters import KEPT, OTHER, next_matter, other_matters
from actions.opening import UNSAID
from actions.outcome import Outcome, cleared, given_up, kept
from actions.person import hand_over
from actions.room import Call
from actions.said import says
from bot.desk.wording.composer import Reply
from bot.desk.wording.phrases import span_text
from bot.store.states import CaseKind, Urgency

FORM = "complaint_form"
STUCK_AT = 3
"""So many messages in a row that bring nothing new, and a person is called."""
_LIST = "complaint"
_COURTESIES = frozenset({"greet", "thanks", "goodbye", "chitchat"})
SURE_OF_COURTESY = 0.8


class ValidateComplaintForm(DeskAction):
    """Called by the form once a turn, at its beginning with no slot asked for."""

    key = "validate_complaint_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return begin(call, heard) if heard.asked is None else go_on(call, heard)


class OpenComplaint(DeskAction):
    """Called when she confirmed, or at once where it cannot wait."""

    key = "action_open_complaint"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return open_confirmed(call, heard)


def begin(call: Call, heard: Heard) -> Outcome:
    """Fill what her words say; read them back; the form asks for the rest."""
    if heard.slot("complaint_text") is not None:  # a matter kept from an earlier message: already read
        return Outcome(slots={"complaint_confirmed": heard.slot("complaint_confirmed")})
    if noted := noted_after_opening(call, heard):
        return noted.and_slots(**given_up(COMPLAINT_SLOTS, "complaint_confirmed"))
    slots = first_slots(call, heard)
    if slots["complaint_text"] and says("asks_way", heard.text, of=_LIST):
        return _told_the_way(call, heard)
    waiting = [*(heard.slot("next_matters") or []), *other_matters(heard, "complaint")]
    slots |= {"complaint_confirmed": None, "next_matters": waiting or None}
    return _on(call, heard, slots)


def _told_the_way(call: Call, heard: Heard) -> Outcome:
    """She asks how a complaint goes: the way and the times, then what happened."""
    row = call.estate.sla_for(CaseKind.COMPLAINT, OTHER, Urgency.NORMAL)
    times = {what: span_text(span, call.words) for what, span in row.times().items()}
    return Outcome((Reply("utter_complaint_way", times),), {"complaint_confirmed": None})


def go_on(call: Call, heard: Heard) -> Outcome:
    """Take an answer, a correction, more of the matter, or another subject; the form asks what is missing."""
    if (
        heard.intent == "cancel"
        and not says("after_all", heard.text)
        and not says("wish", heard.text, of=_LIST)
    ):
        return give_up()
    if heard.asked == "complaint_text":
        return _told_at_last(call, heard)
    facts = read_complaint(heard, today_of(call))
    if _is_of_another_kind(heard, facts):
        return _back(heard, another_matter(call, heard))
    if heard.asked == "complaint_confirmed" and _says_yes(heard, facts):
        return Outcome(slots={"complaint_confirmed": True}, closes=True)
    changes = corrected(call, heard, facts) or {}
    if not changes and _is_another_subject(heard, facts):
        return _away(call, heard)
    changes = changes or answer_to(call, heard, facts) or changed_by(call, heard, facts)
    extras = {name: value for name, value in extras_of(facts).items() if heard.slot(name) != value}
    if facts.broken_phone and not extras:
        return _still(heard, Outcome((Reply("utter_complaint_phone"),)))
    if not changes and not extras:
        return _stuck(call, heard)
    return _on(call, heard, {**changes, **extras, "stuck": None})


def give_up() -> Outcome:
    """She does not want it any more; what else she said is taken up then."""
    slots = given_up(COMPLAINT_SLOTS, "complaint_confirmed")
    return Outcome((Reply("utter_complaint_cancelled"),), slots, closes=True)


def open_confirmed(call: Call, heard: Heard) -> Outcome:
    """Open the case once for this turn, and go on with what else she had said."""

    def opened() -> Outcome:
        keep_if_secret(call, heard, heard.slots)
        replies = open_complaint(call, heard, heard.slots)
        return next_matter(heard, Outcome(replies, cleared(COMPLAINT_SLOTS)))

    return kept(call, heard, OpenComplaint.key, opened)


def _told_at_last(call: Call, heard: Heard) -> Outcome:
    """She was asked what happened."""
    slots = first_slots(call, heard)
    if slots["complaint_text"] is None or heard.intent in ("affirm", "deny"):
        away = is_detour(heard) and heard.intent != "complaint"
        return _away(call, heard) if away else _stuck(call, heard)
    if heard.intent in KEPT and heard.intent != "complaint" and heard.confidence >= SURE_OF_COURTESY:
        return _still(heard, another_matter(call, heard))
    return _on(call, heard, slots)


def _on(call: Call, heard: Heard, slots: dict[str, Any]) -> Outcome:
    """Settle what is not asked, and what is said with the next question."""
    slots = {"complaint_how": None, **slots}
    now = {**heard.slots, **slots}
    slots = slots | _unasked(now, heard)
    now |= slots
    keep_if_secret(call, heard, now)
    replies = _remarks(heard, slots)
    if now.get("complaint_text") is None:
        return Outcome(replies, slots)
    waits_for = next((name for name in ASKED if now.get(name) is None), None)
    if waits_for == "complaint_confirmed" and _cannot_wait(now):
        return Outcome(replies, {**slots, "complaint_confirmed": True}, True, "action_open_complaint")
    if waits_for == "complaint_confirmed":
        return Outcome(replies, {**slots, **terms_of(call, now)})
    first = heard.slot("complaint_text") is None and now.get("complaint_mirror")
    heard_her = (Reply("utter_complaint_heard", {"mirror": now["complaint_mirror"]}),) if first else ()
    return Outcome((*heard_her, *replies), slots)


def _unasked(now: dict[str, Any], heard: Heard) -> dict[str, Any]:
    """What she is not asked: it does not belong to the matter, it cannot wait, or she is upset."""
    if now.get("complaint_text") is None:
        return {}
    category = str(now.get("complaint_category") or OTHER)
    upset = max(heard.upset, int(now.get("complaint_upset") or 0))
    fewer = upset > 0 or _cannot_wait(now)
    unasked = {
        "complaint_place": not needs_place(category) and not now.get("complaint_how"),
        "complaint_since": fewer or not needs_time(category),
        "complaint_wish": fewer,
    }
    settled = {name: UNSAID for name, left_out in unasked.items() if left_out and now.get(name) is None}
    return {**settled, "complaint_upset": upset or None}


def _cannot_wait(now: dict[str, Any]) -> bool:
    return is_pressing(str(now.get("complaint_category") or OTHER), str(now.get("complaint_text") or ""))


def _remarks(heard: Heard, slots: dict[str, Any]) -> tuple[Reply, ...]:
    """The word that something was taken which the next question does not show."""
    remarks = []
    if slots.get("complaint_anonymous") and not heard.slot("complaint_anonymous"):
        remarks.append(Reply("utter_complaint_anonymous"))
    if heard.slot("complaint_text") is None:
        return tuple(remarks)
    told = {"changed": _newly_known(heard, slots)}
    if slots.get("complaint_text"):
        changed = says("correction", heard.text)
        remarks.append(Reply("utter_complaint_changed" if changed else "utter_complaint_noted", told))
    elif told["changed"] and heard.asked not in (None, "complaint_confirmed"):
        remarks.append(Reply("utter_complaint_taken", told))
    return tuple(remarks)


def _newly_known(heard: Heard, slots: dict[str, Any]) -> str | None:
    """The place and the time she said now, where they are no plain answer to what was asked."""
    names = [name for name in ("complaint_place", "complaint_since") if slots.get(name) not in (None, UNSAID)]
    return "，".join(str(slots[name]) for name in names if name != heard.asked) or None


def _says_yes(heard: Heard, facts: ComplaintFacts) -> bool:
    puts_right = says("correction", heard.text) and not says("yes_word", heard.text)
    adds = facts.wish or facts.phone or facts.anonymous or puts_right
    nothing = says("nothing_to_add", heard.text, of=_LIST) and not heard.pressed
    return (heard.intent == "affirm" or nothing) and not adds and heard.slot("complaint_how") != "which"


def _is_of_another_kind(heard: Heard, facts: ComplaintFacts) -> bool:
    """Another matter of its own in the middle: not an answer, not her wish, not more of the same."""
    if heard.pressed or heard.intent not in KEPT or heard.confidence < SURE or facts.wish:
        return False
    if heard.intent == "complaint":
        other = heard.category_of("complaint") not in (None, OTHER, heard.slot("complaint_category"))
        return other and says("also", heard.text)
    if heard.asked == "complaint_wish" and not says("also", heard.text):
        return heard.intent == "repair" and heard.confidence >= SURE_OF_COURTESY
    return not says("damages", heard.text, of=_LIST) and not says("skip", heard.text, of=_LIST)


def _is_another_subject(heard: Heard, facts: ComplaintFacts) -> bool:
    """Something that is answered and leaves the complaint where it was."""
    if not is_detour(heard) or heard.intent in KEPT or (heard.from_button and heard.intent != "human"):
        return False
    if heard.intent in _COURTESIES and heard.confidence < SURE_OF_COURTESY:
        return False
    if heard.intent in ("out_of_scope", "chitchat") and heard.asked in (
        "complaint_place",
        "complaint_since",
        "complaint_wish",
    ):
        return False
    if heard.intent == "urge" and heard.asked in ("complaint_wish", "complaint_confirmed"):
        return False
    told = facts.wish or facts.anonymous or facts.phone or facts.broken_phone
    return not (told or says("skip", heard.text, of=_LIST))


def _away(call: Call, heard: Heard) -> Outcome:
    answered = answer_detour(call, heard)
    if answered.closes:
        return answered.and_slots(**given_up(COMPLAINT_SLOTS, "complaint_confirmed"))
    return _back(heard, answered)


def _back(heard: Heard, answered: Outcome) -> Outcome:
    if not lets_go(answered):
        answered = answered.and_replies(Reply("utter_back_to_complaint"))
    return _still(heard, answered)


def _still(heard: Heard, outcome: Outcome) -> Outcome:
    # A slot must be set, or Rasa takes the form for rejected and asks nothing.
    return outcome.and_slots(complaint_category=heard.slot("complaint_category"))


def _stuck(call: Call, heard: Heard) -> Outcome:
    """The same question again and again helps nobody: a person is called."""
    times = int(heard.slot("stuck") or 0) + 1
    if times >= STUCK_AT:
        called = hand_over(call, heard, reason="not_understood")
        return called.and_slots(**given_up(COMPLAINT_SLOTS, "complaint_confirmed"))
    if heard.shows_only:
        return _still(heard, Outcome((Reply("utter_photo_kept"),))).and_slots(stuck=times)
    quiet = heard.intent in ("affirm", "deny", "greet", "complaint") or says("skip", heard.text, of=_LIST)
    outcome = Outcome() if quiet else give_up_on_words(call, heard)
    if outcome.closes:
        return outcome.and_slots(**given_up(COMPLAINT_SLOTS, "complaint_confirmed"))
    return _still(heard, outcome).and_slots(stuck=times)
