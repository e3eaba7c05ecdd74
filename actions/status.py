"""How far a case is: by its number, or all that is hers (R28). What is not hers looks like not there."""

from typing import Any

from actions.base import DeskAction
from actions.heard import Heard
from actions.matters import OTHER
from actions.outcome import Outcome
from actions.people import resident_id_of
from actions.room import Call
from actions.said import says
from bot.desk.casework.access import case_for_resident, cases_of_resident
from bot.desk.casework.standing import promise_standing
from bot.desk.wording.composer import Reply
from bot.desk.wording.phrases import category_name
from bot.language.case_numbers import find_case_numbers
from bot.store.tables import Case

MOST_TOLD = 5


class TellStatus(DeskAction):
    key = "action_tell_status"
    writes = False

    def act(self, call: Call, heard: Heard) -> Outcome:
        return tell_status(call, heard)


def tell_status(call: Call, heard: Heard) -> Outcome:
    """Tell the case of the number in the message, else her open cases, else the last one."""
    number = number_said(heard)
    if number is not None:
        case = find_case(call, heard, number)
        if case is None:
            return Outcome((Reply("utter_status_not_found", {"number": number}),))
        return Outcome(_lines(call, [case]))
    cases = open_cases(call, heard) or last_case(call, heard)
    if not cases and says("vague", heard.text):
        return Outcome((Reply("utter_not_understood", {"unasked": True}),))
    if not cases:
        return Outcome((Reply("utter_status_none"),))
    head = () if len(cases) == 1 else (Reply("utter_status_many", {"count": len(cases)}),)
    return Outcome((*head, *_lines(call, cases[:MOST_TOLD])))


def number_said(heard: Heard) -> str | None:
    """Return the case number a button carries, the text names, or the message she answers tells of."""
    if "case_number" in heard.choices:
        return heard.choices["case_number"]
    numbers = find_case_numbers(heard.text)
    return numbers[0].value if numbers else heard.quoted


def find_case(call: Call, heard: Heard, number: str) -> Case | None:
    """Return the case if she may see it, else None: "not yours" and "not there" look alike."""
    return case_for_resident(
        call.session,
        number,
        resident_id=resident_id_of(call, heard),
        conversation_id=heard.conversation_id,
    )


def open_cases(call: Call, heard: Heard) -> list[Case]:
    """Return her open cases, the newest first."""
    return cases_of_resident(
        call.session,
        resident_id=resident_id_of(call, heard),
        conversation_id=heard.conversation_id,
        open_only=True,
    )


def last_case(call: Call, heard: Heard) -> list[Case]:
    """Return her newest case, open or not: what was done is told, too."""
    return cases_of_resident(
        call.session,
        resident_id=resident_id_of(call, heard),
        conversation_id=heard.conversation_id,
        limit=1,
    )


def about(call: Call, case: Case) -> dict[str, Any]:
    """Return what a sentence may say of a case; `promise` is open, late or none."""
    standing = promise_standing(call.session, case, now=call.now)
    told: dict[str, Any] = {
        "number": case.number,
        "title": title_of(call, case),
        "status": case.status.value,
        "department": case.department,
        "person": case.person_in_charge,
        "kind": case.kind.value,
        "category": case.category,
        "promise": standing.state,
        "late": standing.state == "late",
    }
    if standing.due_at is not None:
        told |= {"due": standing.due_at.isoformat(), "what": standing.what}
    return told


def title_of(call: Call, case: Case) -> str:
    """Return a few words that tell her which case it is: the category's name, else her own words."""
    name = category_name(case.kind, case.category, call.estate, call.words)
    words = case.summary if len(case.summary) <= 16 else f"{case.summary[:15]}…"
    return words if name is None or case.category == OTHER else name


def options_for(call: Call, cases: list[Case], intent: str) -> list[dict[str, str]]:
    """Return a button for each case that says the intent again with its number."""
    return [
        {
            "title": f"{case.number} {title_of(call, case)}"[:30],
            "payload": f'/{intent}{{"case_number": "{case.number}"}}',
        }
        for case in cases[:MOST_TOLD]
    ]


def _lines(call: Call, cases: list[Case]) -> tuple[Reply, ...]:
    told = [about(call, case) for case in cases]
    lines = tuple(Reply("utter_status_one", one) for one in told)
    return (*lines, Reply("utter_status_late_next")) if any(one["late"] for one in told) else lines
