"""She answers an older message that tells of an open case: what she says is about that case."""

from actions.base import DeskAction
from actions.heard import Heard
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.room import Call
from actions.status import find_case, tell_status
from bot.desk.casework.cases import OPEN_STATUSES, add_note
from bot.desk.wording.composer import Reply
from bot.store import actors

_ADDS = frozenset({"repair", "complaint", "fee", "suggestion"})
"""What tells more of the matter; anything else asks how far it is."""


class AboutQuoted(DeskAction):
    """Predicted by the policy, outside every form, where her words name no other wish."""

    key = "action_about_quoted"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return about_quoted(call, heard)


def about_quoted(call: Call, heard: Heard) -> Outcome:
    """Note what she adds at the case, for the person in charge to see; tell how far it is."""
    case = find_case(call, heard, heard.quoted or "")
    if case is None or case.status not in OPEN_STATUSES or heard.intent not in _ADDS:
        return tell_status(call, heard)

    def noted() -> Outcome:
        by = actors.resident(resident_id_of(call, heard))
        add_note(call.session, case, heard.text, by=by, now=call.now)
        told = {"number": case.number, "person": case.person_in_charge}
        return Outcome((Reply("utter_case_noted", told), *tell_status(call, heard).replies))

    return kept(call, heard, AboutQuoted.key, noted)
