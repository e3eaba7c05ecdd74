"""What she writes while a person is called (R31): a new matter is a case at once, a question is answered.

The person may come late, the promised times run from now; she sees the case beside the chat. What belongs to
a case opened here is noted at it, anything else is in the chat already and acknowledged once.
"""

from actions.fee.answers import answer_beside
from actions.heard import Heard
from actions.inquiry import answer_from_handbook
from actions.matters import KEPT, OTHER
from actions.outcome import Outcome
from actions.people import resident_id_of
from actions.recorded import matters_of, opened_alone
from actions.repair.facts import as_slot
from actions.repair.place import fault_of
from actions.room import Call
from actions.said import says
from actions.status import open_cases
from bot.desk.casework.cases import add_note
from bot.desk.casework.changing import change_case
from bot.desk.service.prospects import prospect, with_time
from bot.desk.talk.acknowledging import acknowledge_waiting
from bot.desk.wording.composer import Reply
from bot.desk.wording.phrases import place_text
from bot.language.rooms import read_home
from bot.store import actors
from bot.store.tables import Case

SURE_OF_A_MATTER = 0.7
"""Below it what she writes belongs to what she waits for."""


def note_waiting(call: Call, heard: Heard) -> Outcome:
    """Take what she writes while she waits; what is no matter of its own is acknowledged once."""
    completed = _completes_place(call, heard)
    served = () if completed else tuple(reply for one in _matters(heard) for reply in _served(call, one))
    if served:
        opened = any(reply.key.endswith("_opened") for reply in served)
        return Outcome((*served, Reply("utter_waiting_case")) if opened else served)
    if says("how_long", heard.text):
        standing = prospect(call.session, heard.conversation_id, estate=call.estate, now=call.now)
        return Outcome(tuple(with_time("utter_already_waiting", standing.slots())))
    told_now = acknowledge_waiting(call.session, heard.conversation_id, now=call.now)
    return Outcome((*completed, Reply("utter_added_to_waiting" if told_now else "utter_silent")))


def _matters(heard: Heard) -> list[Heard]:
    if heard.from_button or heard.confidence < SURE_OF_A_MATTER or heard.intent not in KEPT:
        return []
    return matters_of(heard, formed=False)


def _served(call: Call, heard: Heard) -> tuple[Reply, ...]:
    if heard.intent == "inquiry":
        answered = answer_from_handbook(call, heard)
        return answered.replies if answered else ()
    if heard.intent == "fee" and (told := answer_beside(call, heard)) is not None:
        return told
    same = _opened_before(call, heard)
    return opened_alone(call, heard) if same is None else (_noted(call, heard, same),)


def _opened_before(call: Call, heard: Heard) -> Case | None:
    """The open case of this conversation that is about the same."""
    category = heard.category_of(heard.intent)
    if heard.intent == "repair":
        category = fault_of(call, category or OTHER, heard.text).category
    hers = (one for one in open_cases(call, heard) if one.conversation_id == heard.conversation_id)
    return next((one for one in hers if (one.kind.value, one.category) == (heard.intent, category)), None)


def _noted(call: Call, heard: Heard, case: Case) -> Reply:
    add_note(call.session, case, heard.text, by=_by(call, heard), now=call.now)
    return Reply("utter_case_noted", {"number": case.number, "person": case.person_in_charge})


def _completes_place(call: Call, heard: Heard) -> tuple[Reply, ...]:
    """A home said while she waits is the place of the case that was opened without one."""
    said = read_home(heard.text)
    last = next(iter(open_cases(call, heard)), None)
    if not said.building or last is None or last.place or last.conversation_id != heard.conversation_id:
        return ()
    place = place_text(as_slot(said), call.words)
    change_case(call.session, last, estate=call.estate, place=place, by=_by(call, heard), now=call.now)
    return (_noted(call, heard, last),)


def _by(call: Call, heard: Heard) -> str:
    return actors.resident(resident_id_of(call, heard))
