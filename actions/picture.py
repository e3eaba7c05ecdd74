"""A picture without a word: to the case that is open in this conversation, else she is asked."""

from actions.base import DeskAction
from actions.heard import Heard
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.room import Call
from actions.status import open_cases, title_of
from bot.desk.casework.cases import add_note
from bot.desk.wording.composer import Reply
from bot.store import actors


class TakePicture(DeskAction):
    """Predicted by the policy, outside every form."""

    key = "action_take_picture"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: take_picture(call, heard))


def take_picture(call: Call, heard: Heard) -> Outcome:
    """Note it at the open case she answers, else at her one of this chat; else she says what it is."""
    cases = [case for case in open_cases(call, heard) if case.conversation_id == heard.conversation_id]
    cases = [case for case in cases if case.number == heard.quoted] or cases
    if len(cases) != 1:
        return Outcome((Reply("utter_photo_alone"),))
    case = cases[0]
    note = call.words.label("text", "picture").format(count=heard.attachments)
    add_note(call.session, case, note, by=actors.resident(resident_id_of(call, heard)), now=call.now)
    told = {"number": case.number, "title": title_of(call, case), "person": case.person_in_charge}
    return Outcome((Reply("utter_picture_kept", told),))
