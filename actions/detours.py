"""A change of subject in the middle of a form: answered at once, then the form asks once more.

One table: intent → what answers it. An answer that closes the form (a person was called) ends it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from actions.fee.answers import answer_beside
from actions.heard import FALLBACK, Heard, Matter
from actions.inquiry import answer_from_handbook
from actions.matters import MOST_KEPT, REPORTS, as_kept
from actions.outcome import Outcome
from actions.outside import answer_outside
from actions.person import hand_over
from actions.praise import record_praise
from actions.room import Call
from actions.said import says, without
from actions.status import tell_status
from actions.urge import urge
from bot.desk.wording.composer import HOLD, Reply

Detour = Callable[[Call, Heard], Outcome]

SURE = 0.55
"""Below this confidence another intent inside a form is taken for an answer to the form's question."""


def _says(key: str) -> Detour:
    return lambda call, heard: Outcome((Reply(key),))


def keep_for_later(call: Call, heard: Heard) -> Outcome:
    """Another matter of its own: kept in her words, served when this one is done."""
    answered = answer_from_handbook(call, heard) if heard.intent == "inquiry" else None
    if answered is not None:
        return answered
    kept = list(heard.slot("next_matters") or [])
    matter = Matter(heard.intent, heard.category_of(heard.intent), heard.text)
    if len(kept) >= MOST_KEPT:
        return Outcome((Reply("utter_matters_full"),), {"next_matters": kept})
    kept.append(as_kept(matter))
    words = str(kept[-1]["text"])
    said = words if len(words) <= 30 else f"{words[:29]}…"
    return Outcome((Reply("utter_matter_noted", {"matter_text": said}),), {"next_matters": kept})


def answer_fee(call: Call, heard: Heard) -> Outcome:
    """A question about fees is answered at once; a charge to be checked waits for its turn."""
    replies = answer_beside(call, heard)
    if replies is None and heard.pressed:
        return Outcome((Reply("utter_stale_choice"),))
    return keep_for_later(call, heard) if replies is None else Outcome(replies)


def another_matter(call: Call, heard: Heard) -> Outcome:
    """A matter of another kind in the middle: a question of fees is answered now, the others are kept."""
    return answer_fee(call, heard) if heard.intent == "fee" else keep_for_later(call, heard)


DETOURS: Final[Mapping[str, Detour]] = {
    "status": tell_status,
    "urge": urge,
    "human": lambda call, heard: hand_over(call, heard, reason="asked"),
    "greet": _says("utter_welcome_back"),
    "thanks": _says("utter_thanks"),
    "goodbye": lambda call, heard: Outcome((Reply("utter_goodbye", {HOLD: True}),), {HOLD: True}),
    "praise": record_praise,
    "chitchat": lambda call, heard: answer_from_handbook(call, heard) or Outcome((Reply("utter_chitchat"),)),
    "out_of_scope": answer_outside,
    **dict.fromkeys(REPORTS, keep_for_later),
    "fee": answer_fee,
}


def is_detour(heard: Heard) -> bool:
    """Is this surely about something else than the form's question?"""
    chosen = heard.pressed and heard.intent != "fee"  # a button under an earlier answer about fees
    if chosen or _is_only_a_place(heard.text):
        return False
    return heard.intent in DETOURS and heard.confidence >= SURE


def _is_only_a_place(text: str) -> bool:
    """A bare "楼道" answers a question; alone it is no matter of its own."""
    return says("public_place", text) and not without(("polite", "public_place"), text)


def answer_detour(call: Call, heard: Heard) -> Outcome:
    """Answer the other subject."""
    return DETOURS[heard.intent](call, heard)


def lets_go(answered: Outcome) -> bool:
    """Does the answer let her go, so that she is not reminded of the form?"""
    return bool(answered.slots.get(HOLD))


def give_up_on_words(call: Call, heard: Heard) -> Outcome:
    """Not understood inside a form: ask again, or call a person when it happened too often."""
    reason = heard.escalation.get("if_not_understood")
    if reason and heard.intent in (FALLBACK, "out_of_scope"):
        return hand_over(call, heard, reason=reason)
    return Outcome((Reply("utter_not_understood", {"in_form": True}),))
