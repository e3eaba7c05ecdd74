"""A tracker that costs the same at the sixtieth message as at the first.

Rasa's own works every past state out again at each prediction, and plays all events again for each copy.
Rules look at the newest few states only, and a copy can be copied. What comes out is the same, which
tests/understanding/test_live_tracker.py compares at each turn of a scene.
"""

import copy
from collections.abc import Iterator

from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

# States a policy may look back upon; a test holds every rule of the project to less.
STATES = 24


class LiveTracker(DialogueStateTracker):
    """A tracker that also knows how much of it is kept: `turns` rows hold its first `kept_events` events."""

    turns = 0
    kept_events = 0

    def copy(self) -> DialogueStateTracker:
        """Return a tracker in the same state, which shares only events with this one."""
        twin = self.init_copy()
        twin.events.extend(self.events)
        for name, slot in self.slots.items():
            twin.slots[name] = copy.copy(slot)
        for name in ("followup_action", "latest_action", "latest_message", "latest_bot_utterance", "_paused"):
            setattr(twin, name, getattr(self, name))
        twin.active_loop = copy.copy(self.active_loop)
        return twin

    def generate_all_prior_trackers(self) -> Iterator[tuple[DialogueStateTracker, bool]]:
        """Yield what a tracker was before each of the newest actions, and is (its state, without events)."""
        events = self.applied_events()
        actions = [place for place, event in enumerate(events) if isinstance(event, ActionExecuted)]
        first = actions[-STATES] if len(actions) > STATES else 0
        tracker = self.init_copy()
        for place, event in enumerate(events):
            if place >= first and isinstance(event, ActionExecuted):
                yield tracker, event.hide_rule_turn
            event.apply_to(tracker)
        yield tracker, False
