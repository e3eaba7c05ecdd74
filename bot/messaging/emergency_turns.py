"""A turn whose words the emergency check has served: what else she wanted in the same message."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

SHORTEST = 4
"""Characters of another matter; less is the rest of a sentence."""
OF_THE_KIND: Final[Mapping[str, frozenset[str]]] = {
    "entrapment": frozenset({"lift"}),
    "fire": frozenset({"fire_equipment", "power"}),
    "gas": frozenset({"heating_gas", "smell"}),
    "flood": frozenset({"leak", "water", "drain", "heating_gas", "appliance", "fire_equipment"}),
    "shock": frozenset({"power", "lighting"}),
    "injury": frozenset({"outdoor", "pets"}),
    "falling_object": frozenset({"falling_objects", "leak", "outdoor"}),
    "crime": frozenset({"security", "neighbours", "noise"}),
    "missing_person": frozenset({"security"}),
    "trapped_other": frozenset({"door", "lift", "outdoor", "security"}),
}
"""Categories of matters that are the emergency itself, seen by the assistant."""
MATTERS: Final = frozenset({"repair", "complaint", "fee", "inquiry", "suggestion"})


def other_matters(parses: Sequence[Mapping[str, Any]], kind: str) -> str | None:
    """The words of other matters in what she wrote; None where it is all about the emergency."""
    found: list[str] = []
    for parse in parses:
        text, matters = str(parse.get("text") or ""), parse.get("matters") or []
        if len(matters) < 2:
            continue  # one message, one matter: the emergency
        found += [_words(text, one) for one in matters if _is_other(one, kind)]
    words = [one for one in found if len(one) >= SHORTEST]
    return "\n".join(words) or None


def _is_other(matter: Mapping[str, Any], kind: str) -> bool:
    if matter.get("intent") not in MATTERS:
        return False
    return matter.get("category") not in OF_THE_KIND[kind] and matter.get("category") != "other"


def _words(text: str, matter: Mapping[str, Any]) -> str:
    start, end = matter.get("span") or (0, 0)
    return text[start:end].strip()
