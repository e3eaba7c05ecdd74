"""Not sure what she wants: one short question with the two likeliest readings as buttons.

What she chooses counts as the intent of her own words (actions/heard.py), and is kept for the next training
where the operator agreed. The question counts as not understood: at the third time a person is called.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from actions.heard import CLARIFIED, UNCLEAR, Heard, Likely
from actions.matters import OTHER
from actions.outcome import Outcome
from actions.room import Call
from bot.desk.talk.readings import NoWordsToRead, UnknownReading, keep_choice
from bot.desk.wording.composer import Reply

CLARIFY: Final = "utter_clarify"
OFFERED = 2
LIKELY_TOGETHER = 0.3
"""The chance of the two together from which it is worth asking; else she says it differently."""
LIKELY_ALONE = 0.06
LONGEST = 2000
FEWEST_LETTERS = 2
_LETTER = re.compile(r"[^\W\d_]")


def clarify(call: Call, heard: Heard) -> Outcome | None:
    """Ask which of the two likeliest readings is meant; None where no two are worth asking about."""
    readings = [(one, title) for one in heard.likeliest if (title := title_of(call, one)) is not None]
    readings = [pair for pair in readings if pair[0].chance >= LIKELY_ALONE][:OFFERED]
    if len(readings) < OFFERED or sum(one.chance for one, _ in readings) < LIKELY_TOGETHER:
        return None
    if heard.pressed or len(_LETTER.findall(heard.text)) < FEWEST_LETTERS:
        return None
    kept = {"text": heard.text[:LONGEST], "upset": heard.upset, "search": list(heard.candidates())}
    options = [{"title": title, "payload": _payload(one)} for one, title in readings]
    words = {"options": options, "first_reading": readings[0][1], "second_reading": readings[1][1]}
    return Outcome((Reply(CLARIFY, words),), {UNCLEAR: kept, "options": options})


def title_of(call: Call, reading: Likely) -> str | None:
    """Return the words of a reading on its button; None for small talk and what the estate does not have."""
    intent = call.words.labels.get("reading", {}).get(reading.intent)
    if intent is None or reading.category in (None, OTHER):
        return intent
    category = _category_words(call, reading)
    return None if category is None else f"{intent}·{category}"


def keep_what_she_chose(call: Call, heard: Heard) -> None:
    """Keep her choice for the next training, where the operator agreed."""
    try:
        keep_choice(
            call.session,
            conversation_id=heard.conversation_id,
            intent=heard.intent,
            category=heard.category_of(heard.intent),
            consent=call.estate.learning.keep_choices,
            now=call.now,
        )
    except (UnknownReading, NoWordsToRead):
        # The button is older than the sentences, or her words were taken out since: nothing to learn.
        return


def _category_words(call: Call, reading: Likely) -> str | None:
    if reading.intent == "repair":
        known = call.estate.repair_categories.get(str(reading.category))
        return None if known is None else known.name
    groups: Mapping[str, Mapping[str, Any]] = call.words.labels
    return groups.get(reading.intent, {}).get(str(reading.category))


def _payload(reading: Likely) -> str:
    return f'/{reading.intent}{{"{CLARIFIED}": "{reading.category or OTHER}"}}'
