"""Lets Rasa answer with the key of a response and its slots; the desk's composer puts the words."""

from typing import Any

from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

# Rasa's own and rasa-sdk's names for parts of a message made of words: ours hold keys only.
WORDS = frozenset({"text", "buttons", "elements", "custom", "image", "attachment", "quick_replies"})
NOT_SLOTS = WORDS | {"template", "response", "domain_responses"}
# Rasa keeps a copy of the first message's metadata in this slot.
HIDDEN_SLOT = "session_started_metadata"


class ResponseIsNoKey(Exception):
    """An action uttered words or an unknown key; no RasaException, which Rasa may take for nothing."""


class KeyNLG(NaturalLanguageGenerator):
    """Named in endpoints.yml as `type` of `nlg`."""

    def __init__(self, endpoint_config: Any = None, domain: Domain | None = None) -> None:
        self._known: frozenset[str] | None = None
        if domain is not None and domain.responses:
            self.learn(domain)

    def learn(self, domain: Domain) -> None:
        """From now on refuse keys that are not responses of this domain."""
        self._known = frozenset(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        """Return the key as text and the values under `custom`; ResponseIsNoKey where a key is unknown."""
        if self._known is not None and utter_action not in self._known:
            raise ResponseIsNoKey(f"No domain file holds a response {utter_action!r}.")
        words = sorted(name for name in WORDS & kwargs.keys() if kwargs[name])
        if words:
            raise ResponseIsNoKey(f"{utter_action!r} was uttered with {', '.join(words)}; words are data.")
        return {"text": utter_action, "custom": {"slots": _values(tracker, kwargs)}}


def _values(tracker: DialogueStateTracker, kwargs: dict[str, Any]) -> dict[str, Any]:
    slots = {name: slot.value for name, slot in tracker.slots.items() if name != HIDDEN_SLOT}
    values = {**slots, **{name: value for name, value in kwargs.items() if name not in NOT_SLOTS}}
    return {name: value for name, value in values.items() if value is not None}
