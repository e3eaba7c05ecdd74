"""The one shape of a custom action: hear, run one handler in one transaction, give its outcome to Rasa."""

from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.clarify import keep_what_she_chose
from actions.heard import UNCLEAR, Heard, hear
from actions.outcome import Outcome
from actions.room import Call, Room
from bot.desk.wording.composer import HOLD


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
        outcome = await self._room.run(
            lambda call: self._acted(call, heard), writes=self.writes or heard.chosen
        )
        outcome = _unclear_no_longer(heard, _held_no_longer(heard, outcome))
        return [*outcome.utter(dispatcher), *self._ends_form(heard, outcome)]

    def _ends_form(self, heard: Heard, outcome: Outcome) -> list[EventType]:
        """A form ends by its own validation; any other action that closes it must say so to Rasa."""
        form = heard.active_form
        ends = outcome.closes and form is not None and self.key != f"validate_{form}"
        return [ActiveLoop(None)] if ends else []

    def _acted(self, call: Call, heard: Heard) -> Outcome:
        if heard.chosen:
            keep_what_she_chose(call, heard)
        return self.act(call, heard)

    @abstractmethod
    def act(self, call: Call, heard: Heard) -> Outcome:
        """Do it: in a thread, in one transaction. No sentence, no rule of the desk."""


def _unclear_no_longer(heard: Heard, outcome: Outcome) -> Outcome:
    """She wrote something new: what was unclear before is no longer asked about."""
    over = heard.slot(UNCLEAR) and not heard.chosen and UNCLEAR not in outcome.slots
    return outcome.and_slots(**{UNCLEAR: None}) if over else outcome


def _held_no_longer(heard: Heard, outcome: Outcome) -> Outcome:
    """She is back: what was kept while she was away is asked for again."""
    over = heard.slot(HOLD) and HOLD not in outcome.slots
    return outcome.and_slots(**{HOLD: None}) if over else outcome
