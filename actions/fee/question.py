"""Fees 费用 (R18): a question is answered at once; a charge to be checked becomes a case."""

from dataclasses import replace
from typing import Any

from actions.base import DeskAction
from actions.fee.answered import Answered
from actions.fee.answers import GRIEVANCE, answer, category_asked
from actions.fee.asked import touches
from actions.fee.form import begin, go_on, open_confirmed, own_words
from actions.fee.opening import FEE_SLOTS
from actions.heard import Heard, Matter
from actions.matters import OTHER, as_kept, next_matter, other_matters
from actions.outcome import Outcome, cleared, kept
from actions.person import hand_over
from actions.room import Call
from bot.desk.wording.composer import Reply

LONGEST_SAID = 500
_TELLS_A_WRONG = (
    "wrong",
    "paid_already",
    "raised",
    "too_much",
    "wrong_parking",
    "deposit_kept",
    "receipt_wrong",
)
"""What her words must say for a button to take them for the matter; a mere question is none."""
_WAITS = frozenset({"utter_fee_verify", "utter_fee_other_home"})
"""Answers after which a proved home brings the account she asked for."""
TERMS = "fee_terms"
"""Why a person is called: terms of payment are agreed with somebody who may agree to them."""


class AnswerFee(DeskAction):
    """Called by the rule for the intent `fee`, typed or pressed."""

    key = "action_answer_fee"

    def act(self, call: Call, heard: Heard) -> Outcome:
        said = as_said(heard)
        # A turn may come here once for each matter in it; the list of those that wait grows shorter.
        ordinal = 0 if heard.intent == "fee" else 1 + len(heard.slot("next_matters") or ())
        return kept(call, heard, self.key, lambda: answer_fee(call, said), ordinal=ordinal)


class ValidateFeeForm(DeskAction):
    """Called by the form once a turn, at its beginning with no slot asked for."""

    key = "validate_fee_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return begin(call, heard) if heard.asked is None else go_on(call, heard)


class OpenFee(DeskAction):
    """Called when she confirmed."""

    key = "action_open_fee"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return open_confirmed(call, heard)


def as_said(heard: Heard) -> Heard:
    """Return the message as the one about fees: one kept from before, or her words for it among others."""
    if heard.intent != "fee":  # its turn has come after another matter
        words, category = str(heard.slot("fee_said") or ""), heard.slot("fee_category")
        matter = Matter("fee", category, words)
        return replace(heard, text=words, intent="fee", matters=(matter,), choices={}, attachments=0)
    matters = [one for one in heard.matters if one.intent == "fee"]
    if heard.pressed or len(heard.matters) < 2 or not matters:
        return heard
    return replace(heard, text=matters[0].text)


def answer_fee(call: Call, heard: Heard) -> Outcome:
    """Answer, and go on: with the form, with a person, or with what else she said."""
    if category_asked(heard) == GRIEVANCE:
        return _as_complaint(heard)
    answered = answer(call, heard)
    waits = any(reply.key in _WAITS for reply in answered.replies)
    outcome = Outcome(answered.replies, {**_remembered(heard), "fee_waits": waits or None})
    if answered.wants_person:
        called = hand_over(call, heard, reason=TERMS)
        return replace(called, replies=(*answered.replies, *called.replies))
    others = [*(heard.slot("next_matters") or []), *other_matters(heard, "fee")]
    if answered.checks is not None:
        return _to_the_form(heard, outcome, answered).and_slots(next_matters=others or None)
    return next_matter(replace(heard, slots={**heard.slots, "next_matters": others}), outcome)


def _to_the_form(heard: Heard, outcome: Outcome, answered: Answered) -> Outcome:
    """The form begins with what she said; a pressed button takes up the words before it that told it."""
    slots = {**cleared(FEE_SLOTS), "fee_category": answered.checks, "fee_words": own_words(heard)}
    if heard.pressed and touches(str(heard.slot("fee_said") or ""), *_TELLS_A_WRONG):
        slots["fee_words"] = heard.slot("fee_said")
    return replace(outcome, slots={**outcome.slots, **slots}, then="fee_form")


def _remembered(heard: Heard) -> dict[str, Any]:
    """Her words, for the buttons under the answer; a pressed button says nothing of its own."""
    return {} if heard.pressed or not heard.text.strip() else {"fee_said": heard.text.strip()[:LONGEST_SAID]}


def _as_complaint(heard: Heard) -> Outcome:
    """What she is not content with becomes a complaint in her own words (R8); unsaid, she is asked for it."""
    said = str(heard.slot("fee_said") or "")
    if not touches(said, "bad_service", "damage"):
        return Outcome((Reply("utter_fee_grievance"),))
    complaint = as_kept(Matter("complaint", OTHER, said))
    waiting = [complaint, *(heard.slot("next_matters") or [])]
    return next_matter(
        replace(heard, slots={**heard.slots, "next_matters": waiting}), Outcome(slots={"fee_said": None})
    )
