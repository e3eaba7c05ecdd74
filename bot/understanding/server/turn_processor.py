"""Plays one turn through Rasa, wholly or not at all.

Rasa's own `handle_message` logs an action's exception and goes on without its events, takes a store that
fails for a reason to keep the conversation in memory, and answers with whatever it had by then. Here any
failure ends the turn with an exception: nothing is saved, the conversation is where it was, and the turn
can be called again.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.data import TrainingType

from bot.understanding.parses import Parse, for_tracker, parse_of
from bot.understanding.server.action_calls import ActionCalls
from bot.understanding.server.nlg import KeyNLG, ResponseIsNoKey
from bot.understanding.server.payloads import Pressed
from bot.understanding.server.text_reader import TextReader
from bot.understanding.server.tracker_store import KeptTurn, TurnTrackerStore

# Seconds a turn may take before it fails; below the 60 s that Rasa's lock of the conversation lives.
TURN_SECONDS = 30.0
# Seconds after which Rasa looks again whether a conversation is free (its own: 1).
LOCK_POLL_SECONDS = 0.05
CHANNEL = "desk"


class TurnFailed(Exception):
    """The turn was not played: nothing of it was kept, it can be called again."""


class CollectedReplies(OutputChannel):
    """Collects the keys and slots a turn answers with."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the name responses are chosen by (ours have no variations by channel)."""
        return CHANNEL


class TurnProcessor(MessageProcessor):
    """Rasa's processor over a model that an agent has loaded, with our rules for what may go wrong."""

    def __init__(self, agent: Agent) -> None:
        loaded = agent.processor
        if loaded is None:
            raise TurnFailed("No model is loaded.")
        # The model is loaded once, by Rasa's own agent: take over what its processor holds.
        self.__dict__.update(vars(loaded))
        if self.model_metadata.training_type == TrainingType.NLU or not isinstance(self.nlg, KeyNLG):
            raise TurnFailed("A model with rules and KeyNLG in endpoints.yml are needed.")
        self.nlg.learn(self.domain)
        self.tracker_store: TurnTrackerStore = _store_behind(agent)
        self.actions: ActionCalls | None = None
        if loaded.action_endpoint is not None:
            self.actions = ActionCalls(loaded.action_endpoint, self.domain)
        self.action_endpoint = self.actions
        self._reader = TextReader(self.graph_runner, self.model_metadata)
        # One thread: the pipeline's components meet one message at a time, as they do in Rasa.
        self._understanding = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nlu")

    async def play(
        self, *, conversation: str, turn: str, text: str, pressed: Pressed | None, metadata: dict[str, Any]
    ) -> dict[str, Any]:
        """Play a turn and keep it, or return what is kept of it (`replayed`); raises where it failed."""
        async with self.lock_store.lock(conversation, wait_time_in_seconds=LOCK_POLL_SECONDS):
            kept = await self.tracker_store.kept_answer(conversation, turn)
            if kept is not None:
                return {**kept, "replayed": True}
            played = self._play(conversation, turn, text, pressed, metadata)
            return await asyncio.wait_for(played, TURN_SECONDS)

    async def understand(self, text: str) -> Parse:
        """Return what a text says; leaves no trace in any conversation."""
        return parse_of(await self._parse_data(text), text)

    async def get_tracker(self, conversation_id: str) -> DialogueStateTracker:
        """Hand out the conversation's tracker; Rasa's own would write its model's id into every event."""
        return await self.tracker_store.get_or_create_tracker(conversation_id)

    async def close(self) -> None:
        """Let go of connections, threads and the tracker store's file."""
        if self.actions is not None:
            await self.actions.close()
        self._understanding.shutdown(wait=True)
        self.tracker_store.close()

    async def _play(
        self, conversation: str, turn: str, text: str, pressed: Pressed | None, metadata: dict[str, Any]
    ) -> dict[str, Any]:
        data = pressed.parse_data(text) if pressed else await self._parse_data(text)
        output = CollectedReplies()
        message = UserMessage(
            text or (pressed.payload if pressed else ""),
            output,
            conversation,
            parse_data=for_tracker(data),
            input_channel=CHANNEL,
            message_id=turn,
            metadata=metadata,
        )
        tracker = await self.log_message(message, should_save_tracker=False)
        tracker = await self.run_action_extract_slots(output, tracker)
        await self._run_prediction_loop(output, tracker)
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            raise TurnFailed("Rasa did not come to the end of the turn.")
        answer = {
            "turn": turn,
            "replayed": False,
            "replies": output.replies,
            "parse": parse_of(data, text),
            "state": {"active_form": tracker.active_loop_name},
        }
        await self.tracker_store.save_turn(tracker, KeptTurn(turn, answer))
        return answer

    async def _parse_data(self, text: str) -> dict[str, Any]:
        return await asyncio.get_running_loop().run_in_executor(self._understanding, self._reader.read, text)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        watched = _WatchedAction(action)
        more: bool = await super()._run_action(watched, tracker, output_channel, nlg, prediction)
        if watched.failure is not None:
            raise TurnFailed(f"{action.name()} failed") from watched.failure
        return more

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        """Predict as Rasa does; its limit of actions is a failure here, not an early end."""
        with _limit_is_failure():
            predicted: tuple[Action, PolicyPrediction] = super().predict_next_with_tracker_if_should(tracker)
            return predicted

    @staticmethod
    async def _send_bot_messages(
        events: list[Event], tracker: DialogueStateTracker, output_channel: OutputChannel
    ) -> None:
        for event in events:
            if isinstance(event, BotUttered):
                output_channel.replies.append(_reply(event))

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Slots hold what people said and are not logged; Rasa renders them even when nothing is logged."""


class _WatchedAction:
    """An action whose exception can still be seen after Rasa has swallowed it."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any, **kwargs: Any) -> list[Event]:
        try:
            events: list[Event] = await self._action.run(*args, **kwargs)
        except ActionExecutionRejection:
            # Not a failure: a form says that the message is no answer to its question.
            raise
        except Exception as error:
            self.failure = error
            raise
        return events


@contextmanager
def _limit_is_failure() -> Iterator[None]:
    try:
        yield
    except ActionLimitReached as error:
        raise TurnFailed("Rasa predicted one action after another without an end.") from error


def _reply(event: BotUttered) -> dict[str, Any]:
    """Take the reply out of its event; the tracker needs the key alone."""
    values = (event.data.pop("custom", None) or {}).get("slots")
    if values is None:
        raise ResponseIsNoKey("An action uttered words instead of the key of a response.")
    return {"key": event.text, "slots": values}


def _store_behind(agent: Agent) -> TurnTrackerStore:
    # Rasa wraps every store in one that goes on in memory when a save fails (FailSafeTrackerStore).
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, TurnTrackerStore):
        raise TurnFailed("TurnTrackerStore in endpoints.yml is needed.")
    return store
