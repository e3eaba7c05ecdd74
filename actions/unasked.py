"""A yes, a no, or small talk that answers nothing: nobody acts as if it did.

After an answer of ours "好的" is only polite. As a first word, or where the words are vague ("那个"), she is
asked what she wants, and it counts as not understood.
"""

import re
from functools import cache

from sqlalchemy import select

from actions.base import DeskAction
from actions.heard import Heard
from actions.inquiry import answer_from_handbook
from actions.outcome import Outcome
from actions.person import hand_over
from actions.room import Call
from actions.said import says
from bot.desk.wording.composer import Reply
from bot.language.lexicon import entries
from bot.language.normalise import normalise
from bot.store.states import Sender
from bot.store.tables import Message

_TELLS_NOTHING = frozenset(
    {"utter_hello", "utter_greet", "utter_chitchat", "utter_out_of_scope", "utter_not_understood"}
)
"""Replies after which a yes or a no is an answer to nothing."""
_POLITE = {"affirm": ("yes_word", "utter_affirm"), "deny": ("no_word", "utter_deny")}


class AnswerUnasked(DeskAction):
    """Called by the rules for a yes, a no and small talk outside every form."""

    key = "action_answer_unasked"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return answer_unasked(call, heard)


def answer_unasked(call: Call, heard: Heard) -> Outcome:
    """Answer politely where she only ends the talk, else ask what she wants; a person at the third time."""
    if heard.from_button:
        return Outcome((Reply("utter_stale_choice"),))
    if heard.intent == "chitchat" and not says("vague", heard.text):
        return answer_from_handbook(call, heard) or small_talk(call, heard)
    words, reply = _POLITE.get(heard.intent, (None, ""))
    if words and says(words, heard.text) and _told_something(call, heard):
        return Outcome((Reply(reply),))
    reason = heard.escalation.get("if_not_understood")
    if reason:
        return hand_over(call, heard, reason=reason)
    return Outcome((Reply("utter_not_understood", {"unasked": True}),))


def small_talk(call: Call, heard: Heard) -> Outcome:
    """One friendly line that leads back to business."""
    told = {"about": talked_about(heard.text), "now": call.now.isoformat()}
    return Outcome((Reply("utter_chitchat", told),))


def talked_about(text: str) -> str | None:
    """Return what small talk is about, None for anything else."""
    plain = normalise(text)
    return next((kind for pattern, kind in _talk() if pattern.search(plain)), None)


@cache
def _talk() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(words), kind) for words, kind in entries("chitchat"))


def _told_something(call: Call, heard: Heard) -> bool:
    """Was the last thing she read an answer, a number, a word of a colleague?"""
    last = call.session.execute(
        select(Message.sender, Message.reply_key)
        .where(Message.conversation_id == heard.conversation_id, Message.sender != Sender.RESIDENT)
        .order_by(Message.seq.desc())
        .limit(1)
    ).first()
    if last is None:
        return False
    keys = set((last.reply_key or "").split("+"))
    return last.sender is not Sender.BOT or not keys <= _TELLS_NOTHING
