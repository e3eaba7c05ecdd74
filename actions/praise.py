"""Praise reaches the person praised and her department; the resident is told who hears of it."""

import re
from functools import cache

from actions.base import DeskAction
from actions.heard import Heard
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.room import Call
from bot.desk.people.praise import pass_praise_on
from bot.desk.wording.composer import Reply
from bot.language.lexicon import entries
from bot.language.normalise import normalise
from bot.store import actors


class RecordPraise(DeskAction):
    key = "action_record_praise"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return record_praise(call, heard)


def record_praise(call: Call, heard: Heard) -> Outcome:
    """Keep her words for those they are about; once a turn."""
    return kept(call, heard, RecordPraise.key, lambda: _recorded(call, heard))


def department_in(text: str) -> str | None:
    """Return the key of the department whose people the words name first in the list; None for nobody."""
    plain = normalise(text)
    return next((key for pattern, key in _staff() if pattern.search(plain)), None)


def _recorded(call: Call, heard: Heard) -> Outcome:
    praised = pass_praise_on(
        call.session,
        estate=call.estate,
        conversation_id=heard.conversation_id,
        turn=heard.turn,
        text=heard.text,
        department_key=department_in(heard.text),
        by=actors.resident(resident_id_of(call, heard)),
        now=call.now,
    )
    told = {
        "department": praised.department.name,
        "person": praised.department.person,
        "praised": praised.colleague,
        "known": praised.colleague is not None and praised.colleague != praised.department.person,
    }
    return Outcome((Reply("utter_praise", told),))


@cache
def _staff() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(words), key) for words, key in entries("staff"))
