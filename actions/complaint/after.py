"""What she writes right after a complaint was opened and is no matter of its own: a note at that case."""

from actions.heard import Heard
from actions.mirror import wish_in
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.repair.answers import JUST_NOW
from actions.room import Call
from actions.status import open_cases
from bot.desk.casework.cases import add_note
from bot.desk.wording.composer import Reply
from bot.language.contacts import find_plates
from bot.store import actors
from bot.store.states import CaseKind
from bot.store.tables import Case

SURE_OF_ANOTHER = 0.7
"""Below it a complaint said right after another one belongs to that."""
LONGEST_ADDITION = 40


def noted_after_opening(call: Call, heard: Heard) -> Outcome | None:
    """Note her words at the complaint just opened, ending the form begun; None where they are no addition."""
    text = heard.text.strip()
    adds = heard.confidence < SURE_OF_ANOTHER or (heard.intent == "suggestion" and wish_in(text) is not None)
    adds = adds or bool(find_plates(text))
    last = _just_opened(call, heard) if adds and 0 < len(text) <= LONGEST_ADDITION else None
    if last is None:
        return None
    by = actors.resident(resident_id_of(call, heard))

    def noted() -> Outcome:
        add_note(call.session, last, heard.text, by=by, now=call.now)
        told = {"number": last.number, "person": last.person_in_charge}
        return Outcome((Reply("utter_case_noted", told),), closes=True)

    return kept(call, heard, "note_addition", noted)


def _just_opened(call: Call, heard: Heard) -> Case | None:
    last = next(iter(open_cases(call, heard)), None)
    if last is None or last.kind is not CaseKind.COMPLAINT:
        return None
    here = last.conversation_id == heard.conversation_id
    return last if here and call.now - last.created_at <= JUST_NOW else None
