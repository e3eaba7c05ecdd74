"""The one shape of a custom action: hear, run one handler in one transaction, give its outcome to Rasa."""

from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.heard import Heard, hear
from actions.outcome import Outcome
from actions.room import Call, Room


class DeskAction(Action):
    """An action of the desk; a subclass says what it is called and what it does."""

    key: ClassVar[str]
    writes: ClassVar[bool] = True

    def __init__(self, room: Room) -> None:
        self._room = room

    def name(self) -> str:
        return self.key

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer one call of the Rasa server; whatever goes wrong is raised, never an empty answer."""
        heard = hear(tracker)
        outcome = await self._room.run(lambda call: self.act(call, heard), writes=self.writes)
        return outcome.utter(dispatcher)

    @abstractmethod
    def act(self, call: Call, heard: Heard) -> Outcome:
        """Do it: in a thread, in one transaction. No sentence, no rule of the desk."""
