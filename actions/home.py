"""She types the code the desk gave to her home: proved, or told why not."""

from actions.back import asked_again
from actions.base import DeskAction
from actions.fee.account import tell_account
from actions.heard import Heard
from actions.outcome import Outcome, kept
from actions.people import resident_id_of
from actions.room import Call
from bot.desk.people.residents import ExpiredCode, TooManyTries, Verified, WrongCode, verify_with_code
from bot.desk.wording.composer import Reply
from bot.language.home_codes import find_home_code


class VerifyHome(DeskAction):
    """Predicted by the policy when the desk saw a code in the message."""

    key = "action_verify_home"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: verify_home(call, heard))


def verify_home(call: Call, heard: Heard) -> Outcome:
    """Prove the home of the code, or tell why not; an account that was waited for follows at once."""
    return Outcome((*_verified(call, heard), *asked_again(heard)), {"fee_waits": None})


def _verified(call: Call, heard: Heard) -> tuple[Reply, ...]:
    found = find_home_code(heard.text)
    code = found.value if found else heard.text
    match verify_with_code(call.session, resident_id=resident_id_of(call, heard), code=code, now=call.now):
        case Verified(home=home):
            return (Reply("utter_home_verified", {"home": home}), *_account_waited_for(call, heard, home))
        case ExpiredCode():
            return (Reply("utter_home_code_expired"),)
        case TooManyTries(until=until):
            return (Reply("utter_home_code_throttled", {"until": until.isoformat()}),)
        case WrongCode():
            return (Reply("utter_home_code_wrong"),)


def _account_waited_for(call: Call, heard: Heard, home: str) -> tuple[Reply, ...]:
    """She asked for the account before the home was proved: here it is, without asking again."""
    return (tell_account(call, heard, home) or ()) if heard.slot("fee_waits") else ()
