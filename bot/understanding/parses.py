"""The shape in which an understood message leaves the Rasa server, and in which a tracker keeps it.

A pipeline component adds `matters` (a list of intent, category, span, confidence) and `upset` (0 calm,
1 annoyed, 2 angry), `emergency` (a kind, or None), `emergency_certain` and `handbook` (entries that may
answer, with scores) to a message's output; entities and intent are Rasa's own.
"""

from typing import Any, TypedDict

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME as FALLBACK

# A picture alone: nothing to read.
BLANK: dict[str, Any] = {"text": "", "intent": {"name": FALLBACK, "confidence": 0.0}, "entities": []}
NOTHING_KNOWN = "out_of_scope"

# What actions and policies read of a message; Rasa's rankings and tokens stay out of every tracker.
KEPT_BY_TRACKERS = (
    "text", "intent", "entities", "matters", "upset", "manner", "handbook", "likeliest", "read_as",
)  # fmt: skip


class Parse(TypedDict):
    """What the desk is told of one text; spans and places count in characters of `text`."""

    text: str
    intent: str
    confidence: float
    matters: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    upset: int
    manner: str | None
    emergency: str | None
    emergency_certain: bool
    handbook: list[dict[str, Any]]


def parse_of(data: dict[str, Any], text: str) -> Parse:
    """Turn Rasa's parse of `text` into ours; below the threshold the best real intent is still named."""
    intent, confidence = _best_intent(data)
    return {
        "text": text,
        "intent": intent,
        "confidence": round(confidence, 4),
        "matters": list(data.get("matters") or []),
        "entities": [
            {name: entity.get(name) for name in ("entity", "value", "start", "end")}
            for entity in data["entities"]
        ],
        "upset": int(data.get("upset") or 0),
        "manner": data.get("manner"),
        "emergency": data.get("emergency"),
        "emergency_certain": bool(data.get("emergency_certain")),
        "handbook": list(data.get("handbook") or []),
    }


def for_tracker(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a tracker keeps of Rasa's parse."""
    return {name: data[name] for name in KEPT_BY_TRACKERS if name in data}


def _best_intent(data: dict[str, Any]) -> tuple[str, float]:
    ranked = [data["intent"], *(data.get("intent_ranking") or [])]
    for intent in ranked:
        if intent.get("name") not in (None, FALLBACK):
            return str(intent["name"]), float(intent["confidence"])
    return NOTHING_KNOWN, 0.0
