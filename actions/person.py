"""A person is called in (R15, R31), and what is said to somebody who waits for one."""

from typing import Any

from actions.base import DeskAction
from actions.complaint.first import COMPLAINT_SLOTS, is_secret, keep_if_secret
from actions.complaint.opening import open_complaint
from actions.fee.opening import FEE_SLOTS
from actions.heard import Heard
from actions.outcome import Outcome, cleared, kept
from actions.people import resident_id_of
from actions.recorded import recorded
from actions.room import Call
from actions.while_waiting import note_waiting
from bot.desk.service.prospects import prospect, with_time
from bot.desk.talk.conversations import AlreadyWaiting, AlreadyWithPerson, PersonRequested, request_person
from bot.desk.talk.left_matters import keep_left
from bot.desk.wording.composer import Reply
from bot.store import actors

DIALOGUE_SLOTS = (
    "what", "category", "place", "home", "home_said", "ask_how", "options", "since", "contact",
    "repair_confirmed", "report_kind", "report_category", "report_text", "report_confirmed",
    "withdraw_number", "withdraw_confirmed", "next_matters", *COMPLAINT_SLOTS, *FEE_SLOTS,
)  # fmt: skip
"""Cleared when a person comes in: she knows the whole conversation, and the next bot period is new."""
BEGUN = ("what", "complaint_text", "fee_words", "report_text")
"""Slots that hold her words for the matter of the form."""
RECORDED_FIRST = frozenset({"angry", "threat"})
"""Reasons for which her matter is opened as a case at once: a person may come late, the promise runs now."""


class HandOver(DeskAction):
    """Predicted by the policy of escalation, or by the rule for 转人工."""

    key = "action_hand_over"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return hand_over(call, heard, reason=_reason(heard))


class NoteWaiting(DeskAction):
    """Somebody who waits for a person writes more (`while_waiting.py`)."""

    key = "action_note_waiting"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: note_waiting(call, heard))


def hand_over(call: Call, heard: Heard, *, reason: str) -> Outcome:
    """Put the conversation into the queue and end what the bot was about; open her matter first if angry."""
    return kept(call, heard, HandOver.key, lambda: _hand_over(call, heard, reason))


def _hand_over(call: Call, heard: Heard, reason: str) -> Outcome:
    first = reason in RECORDED_FIRST
    opened = recorded(call, heard) if first else _left(call, heard)
    if first:
        keep_left(call.session, heard.conversation_id, [])
    by = actors.resident(resident_id_of(call, heard)) if reason == "asked" else actors.BOT
    match request_person(call.session, heard.conversation_id, reason=reason, by=by, now=call.now):
        case PersonRequested(reason=why):
            replies = with_time(
                "utter_handed_over", {**_standing(call, heard), "reason": why, "asked": why == "asked"}
            )
        case AlreadyWaiting():
            replies = with_time("utter_already_waiting", _standing(call, heard))
        case AlreadyWithPerson(agent_name=agent):
            replies = [Reply("utter_with_person", {"agent": agent})]
    return Outcome((*opened, *replies), cleared(DIALOGUE_SLOTS), closes=heard.active_form is not None)


def _standing(call: Call, heard: Heard) -> dict[str, Any]:
    """Her place, who is there, the expected time: what she is told of the queue."""
    return prospect(call.session, heard.conversation_id, estate=call.estate, now=call.now).slots()


def _reason(heard: Heard) -> str:
    """Why: what the desk decided before understanding, else what understanding brought out."""
    escalation = heard.escalation
    if escalation.get("now"):
        return str(escalation["now"])
    if heard.intent == "human":
        return "asked"
    by_mood = escalation.get("if_angry") if heard.upset == 2 else escalation.get("if_annoyed")
    if heard.upset and by_mood:
        return str(by_mood)
    return str(escalation.get("if_not_understood") or "asked")


def _left(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """What was begun or kept for later goes to the person, beside the chat; the resident is told so."""
    waiting = [str(one["text"]) for one in heard.slot("next_matters") or ()]
    begun = next((str(heard.slot(name)) for name in BEGUN if heard.slot(name)), None)
    secret = _secret(call, heard)
    left = [begun] if begun and not secret else []
    keep_left(call.session, heard.conversation_id, [*left, *waiting])
    if not waiting:
        return secret
    listed = "\n".join(call.words.label("text", "quoted").format(text=one) for one in waiting)
    return (*secret, Reply("utter_matters_left", {"listed": listed}))


def _secret(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """A complaint agents do not read is no agent's to go on with: it is opened, for those who may."""
    if not is_secret(heard.slots):
        return ()
    keep_if_secret(call, heard, heard.slots)
    return open_complaint(call, heard, heard.slots)[:1]
