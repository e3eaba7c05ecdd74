"""Several things in one message, or kept from before: each is taken up by itself, none is forgotten.

What can be answered at once is answered in the same reply. The others are served one after the other, danger
first, then what she is angriest about, then as she said them; each ends as a case of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from actions.base import DeskAction
from actions.complaint import form as complaint
from actions.complaint.first import COMPLAINT_SLOTS
from actions.complaint.rules import is_pressing
from actions.fee.answers import answer_beside
from actions.heard import Heard, Matter
from actions.inquiry import answer_from_handbook, not_known
from actions.matters import NEXT_MATTER, OTHER, as_kept
from actions.outcome import Outcome
from actions.praise import record_praise
from actions.repair import form as repair
from actions.report import slots_of_matter
from actions.room import Call
from actions.said import says
from actions.status import tell_status
from bot.desk.wording.composer import Reply
from bot.language.mood import mood

TAKEN = frozenset({"repair", "complaint", "fee", "inquiry", "suggestion", "status", "praise"})
"""What is a matter of its own in a message that holds several."""
MOST_TAKEN = 4
LONGEST_SAID = 30
_GUSHING = frozenset({"leak", "water", "drain", "heating_gas"})
Queue = Sequence[Mapping[str, Any]]


class TakeMatters(DeskAction):
    """Predicted by the policy for a message that holds several matters, outside every form."""

    key = "action_take_matters"

    def act(self, call: Call, heard: Heard) -> Outcome:
        queue = [*(heard.slot("next_matters") or ()), *in_order([as_kept(one) for one in taken(heard)])]
        return take_up(call, heard, queue[:MOST_TAKEN], begins=True)


class NextMatter(DeskAction):
    """Called when a form has ended, with a case or without."""

    key = NEXT_MATTER

    def act(self, call: Call, heard: Heard) -> Outcome:
        return take_up(call, heard, heard.slot("next_matters") or (), begins=False)


def taken(heard: Heard) -> list[Matter]:
    """Return the matters of a message, each kind and category once; praise from who is upset is none."""
    first: dict[tuple[str, str | None], Matter] = {}
    for one in heard.matters:
        if one.intent in TAKEN and not (one.intent == "praise" and heard.upset):
            first.setdefault((one.intent, one.category), one)
    return list(first.values())


def in_order(queue: Queue) -> list[Mapping[str, Any]]:
    """Return the matters in the order that serves: danger, then anger, then as they were said."""
    return sorted(queue, key=lambda one: (-_danger(one), -mood(str(one["text"]))))


def take_up(call: Call, heard: Heard, queue: Queue, *, begins: bool) -> Outcome:
    """Answer what can be answered now, begin the first of the others, keep the rest."""
    replies: list[Reply] = []
    left: list[Mapping[str, Any]] = []
    for matter in queue:
        answered = _answered_at_once(call, _alone(heard, matter, ()))
        left += [matter] if answered is None else []
        replies += answered or ()
    if not left:
        return Outcome(tuple(replies), {"next_matters": None})
    first, rest = left[0], left[1:]
    begun = _BEGIN[first["intent"]](call, _alone(heard, first, rest))
    head = _head(call, left, begins=begins)
    slots = {**begun.slots, "next_matters": rest or None}
    return Outcome((*replies, *head, *begun.replies), slots, begun.closes, begun.then)


def short(matter: Mapping[str, Any]) -> str:
    """Return her words for a matter, cut for a line."""
    text = str(matter["text"])
    return text if len(text) <= LONGEST_SAID else f"{text[: LONGEST_SAID - 1]}…"


def _danger(matter: Mapping[str, Any]) -> int:
    text, category = str(matter["text"]), str(matter.get("category") or OTHER)
    if matter["intent"] == "repair":
        return 2 if category in _GUSHING and says("gushing", text) else 0
    return 1 if matter["intent"] == "complaint" and is_pressing(category, text) else 0


def _alone(heard: Heard, matter: Mapping[str, Any], rest: Queue) -> Heard:
    """The message as if she had said this one thing alone."""
    one = Matter(str(matter["intent"]), matter.get("category"), str(matter["text"]))
    slots = {**heard.slots, "next_matters": list(rest) or None}
    return replace(
        heard,
        text=one.text,
        intent=one.intent,
        confidence=1.0,
        matters=(one,),
        choices={},
        slots=slots,
        asked=None,
    )


def _answered_at_once(call: Call, heard: Heard) -> Sequence[Reply] | None:
    match heard.intent:
        case "inquiry":
            answered = answer_from_handbook(call, heard)
            return answered.replies if answered else None
        case "fee":
            return answer_beside(call, heard)
        case "status":
            return tell_status(call, heard).replies
        case "praise":
            return record_praise(call, heard).replies
    return None


def _head(call: Call, left: Queue, *, begins: bool) -> tuple[Reply, ...]:
    """How many things there are and which comes first; later, which one it is now."""
    if not begins:
        return (Reply("utter_next_matter", {"matter_text": short(left[0])}),)
    if len(left) < 2:
        return ()
    line = call.words.label("text", "listed")
    listed = "\n".join(line.format(place=place, text=short(one)) for place, one in enumerate(left, start=1))
    return (Reply("utter_matters_taken", {"count": len(left), "listed": listed}),)


def _begin_repair(call: Call, heard: Heard) -> Outcome:
    begun = repair.begin(call, replace(heard, slots={**heard.slots, **dict.fromkeys(repair.REPAIR_SLOTS)}))
    return begun if begun.closes else replace(begun, then=repair.FORM)


def _begin_complaint(call: Call, heard: Heard) -> Outcome:
    cleared = dict.fromkeys(COMPLAINT_SLOTS)
    begun = complaint.begin(call, replace(heard, slots={**heard.slots, **cleared}))
    return replace(begun, slots={**cleared, **begun.slots}, then=begun.then or complaint.FORM)


def _begin_fee(call: Call, heard: Heard) -> Outcome:
    slots = {"fee_said": heard.text, "fee_category": heard.category_of("fee") or OTHER}
    return Outcome(slots=slots, then="action_answer_fee")


def _begin_report(call: Call, heard: Heard) -> Outcome:
    return Outcome(slots=slots_of_matter(heard), then="report_form")


_BEGIN: Final[Mapping[str, Callable[[Call, Heard], Outcome]]] = {
    "repair": _begin_repair,
    "complaint": _begin_complaint,
    "fee": _begin_fee,
    "inquiry": lambda call, heard: not_known(call, heard, heard.text),
    "suggestion": _begin_report,
}
