"""Beside every matter: what the desk cannot do and the way there is; not understood; English (R30)."""

import re
from functools import cache

from actions.base import DeskAction
from actions.clarify import clarify
from actions.complaint.after import noted_after_opening
from actions.heard import FALLBACK, Heard
from actions.inquiry import answer_from_handbook, follow_up
from actions.outcome import Outcome, kept
from actions.room import Call
from bot.desk.wording.composer import Reply
from bot.language.contacts import find_plates
from bot.language.lexicon import entries
from bot.language.normalise import normalise

NEVER_LOOKED_UP = frozenset({"injection", "privacy"})


class AnswerOutside(DeskAction):
    """Called by the rules for what is out of scope and for what was not understood, outside every form."""

    key = "action_answer_outside"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: answer_outside(call, heard))


class AnswerEnglish(DeskAction):
    """Predicted by the policy for a message in English."""

    key = "action_answer_english"
    writes = False

    def act(self, call: Call, heard: Heard) -> Outcome:
        return Outcome((Reply("utter_english"),))


def answer_outside(call: Call, heard: Heard) -> Outcome:
    """Answer from the handbook where it surely has it; else name the way there is, or ask once more."""
    if find_plates(heard.text) and (noted := noted_after_opening(call, heard)) is not None:
        return noted
    way = way_of(heard.text)
    if way is None or (heard.intent == FALLBACK and way not in NEVER_LOOKED_UP):
        answered = follow_up(call, heard) or answer_from_handbook(call, heard)
        if answered is not None:
            return answered
    if heard.intent == FALLBACK and way is None:
        return clarify(call, heard) or Outcome((Reply("utter_not_understood"),))
    if way in NEVER_LOOKED_UP:  # asked in words that `bot/language/prying.py` does not hear
        return Outcome((Reply("utter_keep_private", {"about": way}),))
    return Outcome((Reply("utter_out_of_scope", {"way": way}),))


def way_of(text: str) -> str | None:
    """Return which way there is for a wish outside the desk's reach; None where only the general one is."""
    plain = normalise(text)
    return next((way for pattern, way in _ways() if pattern.search(plain)), None)


@cache
def _ways() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(words), way) for words, way in entries("outside"))
