"""What else she said in one message: kept while the first matter is served, then served in turn."""

from dataclasses import replace
from typing import Any

from actions.heard import Heard, Matter
from actions.outcome import Outcome
from actions.said import without

OTHER = "other"
REPORTS = ("complaint", "fee", "suggestion", "inquiry")
KEPT = ("repair", *REPORTS)
MOST_KEPT = 3
NEXT_MATTER = "action_next_matter"
SHORTEST = 3
"""Characters: less is no matter of its own but a piece of the first one."""


def other_matters(heard: Heard, first: str) -> list[dict[str, Any]]:
    """Return the matters beside the first one of intent `first`, as the slot `next_matters` keeps them."""
    seen = {(first, heard.category_of(first))}
    waiting = [(one["intent"], one["text"]) for one in heard.slot("next_matters") or ()]
    others: list[dict[str, Any]] = []
    for matter in heard.matters:
        key = (matter.intent, matter.category)
        if matter.intent in KEPT and key not in seen and len(matter.text.strip()) >= SHORTEST:
            seen.add(key)
            kept = as_kept(matter)
            if (kept["intent"], kept["text"]) not in waiting:  # it waits already
                others.append(kept)
    return others[:MOST_KEPT]


def as_kept(matter: Matter) -> dict[str, Any]:
    """Return a matter as the slot keeps it."""
    return {
        "intent": matter.intent,
        "category": matter.category,
        "text": without(("connector",), matter.text),
    }


def next_matter(heard: Heard, outcome: Outcome) -> Outcome:
    """Return the outcome with the next kept matter taken up after it, or as it is where none is left."""
    waiting = list(heard.slot("next_matters") or [])
    if not waiting:
        return outcome
    return replace(outcome, slots={**outcome.slots, "next_matters": waiting}, then=NEXT_MATTER)
