"""She presses for a case 催单: the person in charge hears of it, she hears what is promised."""

from actions.base import DeskAction
from actions.heard import Heard
from actions.inquiry import follow_up
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.room import Call
from actions.said import says
from actions.status import about, find_case, number_said, open_cases, options_for
from actions.while_waiting import note_waiting
from bot.desk.casework.cases import OPEN_STATUSES, urge_case
from bot.desk.wording.composer import Reply
from bot.store import actors
from bot.store.tables import Case


class Urge(DeskAction):
    key = "action_urge"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return urge(call, heard)


def urge(call: Call, heard: Heard) -> Outcome:
    """Urge the case named, or the only open one; of several, ask which."""
    return kept(call, heard, Urge.key, lambda: _urge(call, heard))


def _urge(call: Call, heard: Heard) -> Outcome:
    number = number_said(heard)
    if number is not None:
        case = find_case(call, heard, number)
        return _urged(call, heard, case) if case else _not_found(number)
    cases = open_cases(call, heard)
    if heard.waiting and (not cases or says("how_long", heard.text)):  # it is the person she presses for
        return note_waiting(call, heard)
    if not cases:
        return follow_up(call, heard) or Outcome((Reply("utter_status_none"),))
    if len(cases) > 1:
        return Outcome((Reply("utter_urge_which", {"options": options_for(call, cases, "urge")}),))
    return _urged(call, heard, cases[0])


def _urged(call: Call, heard: Heard, case: Case) -> Outcome:
    if case.status not in OPEN_STATUSES:
        return Outcome((Reply("utter_urge_finished", about(call, case)),))
    by = actors.resident(resident_id_of(call, heard))
    urge_case(call.session, case, by=by, now=call.now, note=heard.text or None)
    return Outcome((Reply("utter_urged", about(call, case)),))


def _not_found(number: str) -> Outcome:
    return Outcome((Reply("utter_status_not_found", {"number": number}),))
