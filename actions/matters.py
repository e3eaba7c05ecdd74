"""What else she said in one message: kept while the first matter is served, then served in turn."""

from collections.abc import Mapping
from typing import Any

from actions.heard import Heard, Matter
from actions.outcome import Outcome

OTHER = "other"
REPORTS = ("complaint", "fee", "suggestion", "inquiry")
KEPT = ("repair", *REPORTS)
MOST_KEPT = 3
_BEGINS_WITH = {"repair": "repair_form", "fee": "action_answer_fee"}
SHORTEST = 3
"""Characters: less is no matter of its own but a piece of the first one."""


def other_matters(heard: Heard, first: str) -> list[dict[str, Any]]:
    """Return the matters beside the first one of intent `first`, as the slot `next_matters` keeps them."""
    seen = {(first, heard.category_of(first))}
    others: list[dict[str, Any]] = []
    for matter in heard.matters:
        key = (matter.intent, matter.category)
        if matter.intent in KEPT and key not in seen and len(matter.text.strip()) >= SHORTEST:
            seen.add(key)
            others.append(as_kept(matter))
    return others[:MOST_KEPT]


def as_kept(matter: Matter) -> dict[str, Any]:
    """Return a matter as the slot keeps it."""
    return {"intent": matter.intent, "category": matter.category, "text": matter.text.strip(" ，,。；;")}


def next_matter(heard: Heard, outcome: Outcome) -> Outcome:
    """Return the outcome with the form of the next kept matter begun, or as it is where none is left."""
    waiting = list(heard.slot("next_matters") or [])
    if not waiting:
        return outcome
    matter = waiting.pop(0)
    slots: Mapping[str, Any] = {**_slots_for(matter, heard), "next_matters": waiting or None}
    then = _BEGINS_WITH.get(matter["intent"], "report_form")
    return Outcome(outcome.replies, {**outcome.slots, **slots}, then=then)


def _slots_for(matter: Mapping[str, Any], heard: Heard) -> dict[str, Any]:
    category = matter.get("category") or OTHER
    if matter["intent"] == "repair":
        return {"what": matter["text"], "category": category, "contact": heard.slot("contact")}
    if matter["intent"] == "fee":
        return {"fee_said": matter["text"], "fee_category": category}
    return {
        "report_kind": matter["intent"],
        "report_category": category,
        "report_text": matter["text"],
    }
