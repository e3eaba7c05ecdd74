"""She takes a case back: which one, sure, done."""

from actions.base import DeskAction
from actions.detours import answer_detour, give_up_on_words, is_detour
from actions.heard import Heard
from actions.outcome import Outcome, cleared, kept
from actions.room import Call
from actions.status import about, find_case, number_said, open_cases, options_for
from bot.desk.cases import OPEN_STATUSES, withdraw_case
from bot.desk.composer import Reply
from bot.store import actors

FORM = "withdraw_form"
WITHDRAW_SLOTS = ("withdraw_number", "withdraw_confirmed", "options")


class ValidateWithdrawForm(DeskAction):
    """Finds the case she means, then waits for her yes."""

    key = "validate_withdraw_form"

    def act(self, call: Call, heard: Heard) -> Outcome:
        if heard.asked is None:
            return _which(call, heard)
        if heard.asked == "withdraw_number":
            return _which(call, heard) if number_said(heard) else _otherwise(call, heard)
        if heard.intent == "affirm" or (heard.intent == "cancel" and not heard.pressed):
            return Outcome(slots={"withdraw_confirmed": True}, closes=True)
        if heard.intent == "deny":
            return _end(Reply("utter_withdraw_kept"))
        return _otherwise(call, heard)


class Withdraw(DeskAction):
    key = "action_withdraw"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: _withdrawn(call, heard))


def _which(call: Call, heard: Heard) -> Outcome:
    """The case named, or the only open one; of several, ask which."""
    number = number_said(heard)
    if number is None:
        cases = open_cases(call, heard)
        if not cases:
            return _end(Reply("utter_withdraw_nothing"))
        if len(cases) > 1:
            return Outcome(slots={"withdraw_number": None, "options": options_for(call, cases, "cancel")})
        number = cases[0].number
    case = find_case(call, heard, number)
    if case is None:
        return _end(Reply("utter_status_not_found", {"number": number}))
    if case.status not in OPEN_STATUSES:
        return _end(Reply("utter_withdraw_finished", about(call, case)))
    return Outcome(slots={"withdraw_number": case.number, "options": None})


def _otherwise(call: Call, heard: Heard) -> Outcome:
    """Another subject, or words that are no answer: the case stays as it is, the question is asked again."""
    if heard.intent in ("deny", "cancel"):
        return _end(Reply("utter_withdraw_kept"))
    outcome = answer_detour(call, heard) if is_detour(heard) else give_up_on_words(call, heard)
    if outcome.closes:
        return outcome.and_slots(**cleared(WITHDRAW_SLOTS), withdraw_confirmed=False)
    return outcome.and_slots(withdraw_number=heard.slot("withdraw_number"))


def _end(reply: Reply) -> Outcome:
    return Outcome((reply,), {**cleared(WITHDRAW_SLOTS), "withdraw_confirmed": False}, closes=True)


def _withdrawn(call: Call, heard: Heard) -> Outcome:
    case = find_case(call, heard, str(heard.slot("withdraw_number")))
    if case is None or case.status not in OPEN_STATUSES:
        reply = (
            Reply("utter_withdraw_finished", about(call, case)) if case else Reply("utter_withdraw_nothing")
        )
        return Outcome((reply,), cleared(WITHDRAW_SLOTS))
    by = actors.resident(case.resident_id) if case.resident_id else actors.BOT
    withdraw_case(call.session, case, by=by, now=call.now, why="resident")
    told = {"number": case.number, "person": case.person_in_charge}
    return Outcome((Reply("utter_withdrawn", told),), cleared(WITHDRAW_SLOTS))
