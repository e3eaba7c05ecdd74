"""Somebody else's telephone, bill, cases, name; an order to forget the rules: a clear answer (R24, R30)."""

from actions.back import asked_again
from actions.base import DeskAction
from actions.heard import Heard
from actions.matters import as_kept
from actions.next_matter import take_up
from actions.outcome import Outcome
from actions.room import Call
from bot.desk.wording.composer import Reply
from bot.language.prying import asks_for_others

_MATTERS = frozenset({"repair", "complaint"})
"""What she may tell besides; a question about money or a rule is what was answered."""


class KeepPrivate(DeskAction):
    """Predicted by the policy, within a form and outside; nothing is looked up for it."""

    key = "action_keep_private"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return keep_private(call, heard)


def keep_private(call: Call, heard: Heard) -> Outcome:
    """Say what is not told and what can be done; what else she reported is taken up after it."""
    about = asks_for_others(heard.text)
    reply = Reply("utter_keep_private", {"about": about})
    others = [one for one in heard.matters if one.intent in _MATTERS and asks_for_others(one.text) is None]
    if heard.active_form is not None or not others:
        return Outcome((reply, *asked_again(heard)))
    begun = take_up(call, heard, [as_kept(one) for one in others], begins=True)
    return Outcome((reply, *begun.replies), begun.slots, begun.closes, begun.then)
