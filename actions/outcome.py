"""What an action gives back: replies by key, slots, and whether its form ends. No sentence, no rule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard
from actions.room import Call
from bot.desk.talk.effects import once
from bot.desk.wording.composer import Reply


@dataclass(frozen=True)
class Outcome:
    """`closes` ends the active form; `then` names the action to run right after this one."""

    replies: tuple[Reply, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    closes: bool = False
    then: str | None = None

    def and_replies(self, *replies: Reply) -> "Outcome":
        """Return this outcome with further replies behind its own."""
        return Outcome((*self.replies, *replies), self.slots, self.closes, self.then)

    def and_slots(self, **slots: Any) -> "Outcome":
        """Return this outcome with further slots set."""
        return Outcome(self.replies, {**self.slots, **slots}, self.closes, self.then)

    def utter(self, dispatcher: CollectingDispatcher) -> list[EventType]:
        """Hand the replies to Rasa and return the events."""
        for reply in self.replies:
            dispatcher.utter_message(response=reply.key, **reply.slots)
        events: list[EventType] = [SlotSet(name, value) for name, value in self.slots.items()]
        if self.closes:
            events.append(SlotSet("requested_slot", None))
        if self.then is not None:
            events.append(FollowupAction(self.then))
        return events

    def as_result(self) -> dict[str, Any]:
        """Return it as an effect's row keeps it."""
        return {
            "replies": [{"key": reply.key, "slots": dict(reply.slots)} for reply in self.replies],
            "slots": dict(self.slots),
            "closes": self.closes,
            "then": self.then,
        }

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> "Outcome":
        """Return the outcome an effect's row keeps."""
        replies = tuple(Reply(one["key"], one["slots"]) for one in result["replies"])
        return cls(replies, result["slots"], result["closes"], result["then"])


def kept(call: Call, heard: Heard, action: str, do: Callable[[], Outcome], *, ordinal: int = 0) -> Outcome:
    """Run `do` once for this turn: played again, the outcome of the first time is returned."""
    result = once(
        call.session,
        turn_key=heard.turn,
        action=action,
        ordinal=ordinal,
        now=call.now,
        do=lambda: do().as_result(),
    )
    return Outcome.of_result(result)


def cleared(names: Iterable[str]) -> dict[str, None]:
    """Return slots set to nothing."""
    return dict.fromkeys(names)


def given_up(names: Iterable[str], confirmation: str) -> dict[str, Any]:
    """Return slots set to nothing and the confirmation to "no": the rules then open nothing."""
    return {**cleared(names), confirmation: False}
