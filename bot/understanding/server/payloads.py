"""Tells what a pressed button means, and keeps typed text from ever meaning it.

Rasa takes every text that begins with "/" for an intent given outright. Here only the `payload` field of a
call may do so, in the form `/intent` or `/intent{"entity": "value"}`, of what the domain knows.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.domain import Domain

_PAYLOAD = re.compile(r"/(?P<intent>[A-Za-z][A-Za-z0-9_]*)(?P<values>\{.*\})?", re.DOTALL)
_VALUE = (str, int, float, bool)


class BadPayload(ValueError):
    """A payload that no button of ours can have sent."""


@dataclass(frozen=True)
class Pressed:
    """A button's meaning."""

    payload: str
    intent: str
    values: dict[str, Any]

    def parse_data(self, text: str) -> dict[str, Any]:
        """Return it as Rasa's parse of a message; the text is what the button said, if that is known."""
        return {
            "text": text or self.payload,
            "intent": {"name": self.intent, "confidence": 1.0},
            "entities": [
                {"entity": name, "value": value, "start": 0, "end": 0} for name, value in self.values.items()
            ],
        }


def read_payload(payload: str, domain: Domain) -> Pressed:
    """Read a payload; BadPayload unless it has the one form and the domain knows its intent and entities."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise BadPayload('payload: "/intent" or "/intent{json}" is expected')
    if match["intent"] not in domain.intents:
        raise BadPayload("payload: no such intent")
    values = _read_values(match["values"] or "{}")
    if not values.keys() <= set(domain.entities):
        raise BadPayload("payload: no such entity")
    return Pressed(payload, match["intent"], values)


def as_typed(text: str) -> str:
    """Return a text of the same length in which Rasa finds no payload."""
    start = len(text) - len(text.lstrip())
    return f"{text[:start]}／{text[start + 1 :]}" if text[start : start + 1] == "/" else text


def _read_values(values: str) -> dict[str, Any]:
    try:
        read = json.loads(values)
    except ValueError as error:
        raise BadPayload("payload: what follows the intent is no JSON object") from error
    if not all(isinstance(value, _VALUE) for value in read.values()):
        raise BadPayload("payload: values are texts, numbers, true or false")
    return dict(read)
