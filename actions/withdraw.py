"""She takes a case back: which one, sure, done."""

from actions.base import DeskAction
from actions.detours import answer_detour, give_up_on_words, is_detour
from actions.heard import Heard
from actions.outcome import Outcome, cleared, given_up, kept
from actions.people import resident_id_of
from actions.room import Call
from actions.said import says
from actions.status import about, find_case, number_said, open_cases, options_for
from bot.desk.casework.cases import OPEN_STATUSES, withdraw_case
from bot.desk.emergencies.ending import take_back
from bot.desk.wording.composer import Reply
from bot.store import actors
from bot.store.states import CaseKind
from bot.store.tables import Case

FORM = "withdraw_form"
WITHDRAW_SLOTS = ("withdraw_number", "withdraw_confirmed", "options")


class ValidateWithdrawForm(DeskAction):
    """Finds the case she means, then waits for her yes."""

    key = "validate_withdraw_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return find_case_to_withdraw(call, heard) if heard.asked is None else go_on(call, heard)


class Withdraw(DeskAction):
    key = "action_withdraw"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return withdraw_confirmed(call, heard)


def go_on(call: Call, heard: Heard) -> Outcome:
    """Which one, if that was asked; else her yes or no."""
    if heard.asked == "withdraw_number":
        return find_case_to_withdraw(call, heard) if number_said(heard) else _otherwise(call, heard)
    if heard.intent == "deny":
        return _end(Reply("utter_withdraw_kept"))
    if heard.intent == "affirm" or says("withdraw_yes", heard.text):
        return Outcome(slots={"withdraw_confirmed": True}, closes=True)
    return _otherwise(call, heard)


def withdraw_confirmed(call: Call, heard: Heard) -> Outcome:
    """Take the case back, once for this turn."""
    return kept(call, heard, Withdraw.key, lambda: _withdrawn(call, heard))


def find_case_to_withdraw(call: Call, heard: Heard) -> Outcome:
    """The case named, or the only open one; of several, ask which."""
    number = number_said(heard)
    if number is None:
        cases = open_cases(call, heard)
        if not cases:
            return _end(Reply("utter_withdraw_nothing"))
        if len(cases) > 1:
            options = options_for(call, cases, "cancel")
            return Outcome(slots={**cleared(WITHDRAW_SLOTS), "options": options})
        number = cases[0].number
    case = find_case(call, heard, number)
    if case is None:
        return _end(Reply("utter_status_not_found", {"number": number}))
    if case.status not in OPEN_STATUSES:
        return _end(Reply("utter_withdraw_finished", about(call, case)))
    return Outcome(slots={**cleared(WITHDRAW_SLOTS), "withdraw_number": case.number})


def _otherwise(call: Call, heard: Heard) -> Outcome:
    """Another subject, or words that are no answer: the case stays as it is, the question is asked again."""
    if heard.intent in ("deny", "cancel"):
        return _end(Reply("utter_withdraw_kept"))
    outcome = answer_detour(call, heard) if is_detour(heard) else give_up_on_words(call, heard)
    if outcome.closes:
        return outcome.and_slots(**given_up(WITHDRAW_SLOTS, "withdraw_confirmed"))
    return outcome.and_slots(withdraw_number=heard.slot("withdraw_number"))


def _end(reply: Reply) -> Outcome:
    return Outcome((reply,), given_up(WITHDRAW_SLOTS, "withdraw_confirmed"), closes=True)


def _withdrawn(call: Call, heard: Heard) -> Outcome:
    case = find_case(call, heard, str(heard.slot("withdraw_number")))
    if case is None or case.status not in OPEN_STATUSES:
        reply = (
            Reply("utter_withdraw_finished", about(call, case)) if case else Reply("utter_withdraw_nothing")
        )
        return Outcome((reply,), cleared(WITHDRAW_SLOTS))
    by = actors.resident(resident_id_of(call, heard))
    if case.kind is CaseKind.EMERGENCY:
        return _taken_back(call, case, by)
    withdraw_case(call.session, case, by=by, now=call.now, why="resident")
    told = {"number": case.number, "person": case.person_in_charge}
    return Outcome((Reply("utter_withdrawn", told),), cleared(WITHDRAW_SLOTS))


def _taken_back(call: Call, case: Case, by: str) -> Outcome:
    """An emergency is never simply taken back: nobody is called any more, and a person makes sure."""
    take_back(call.session, case, by=by, now=call.now)
    return Outcome((Reply("utter_emergency_taken_back"),), cleared(WITHDRAW_SLOTS))
