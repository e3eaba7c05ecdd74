"""The quick tracker says what Rasa's own would say."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.understanding.server.live_tracker import STATES, LiveTracker
from bot.understanding.server.nlg import KeyNLG
from bot.understanding.server.tracker_store import TurnTrackerStore
from bot.understanding.server.turn_processor import TurnProcessor
from tests.understanding.rasa_server import PROJECT, ROOT, ActionServer

# Through both forms, with questions in between and a change of mind; said over and over.
SCENE = [
    "你好",
    "谢谢",
    "电梯坏了",
    "谢谢",
    "几点上班",
    "三号楼",
    "多谢了",
    "谢谢",
    "昨天",
    "几点下班",
    "帮我记一下",
    "门禁坏了",
    "谢谢",
    "辛苦了",
    "五号楼",
    "上周",
    "我要报修",
    "几点上班",
]


@pytest.fixture
def stores(tmp_path: Path) -> list[TurnTrackerStore]:
    return [TurnTrackerStore(path=str(tmp_path / f"{name}.db")) for name in ["lasting", "restarting"]]


def test_a_server_that_restarts_before_each_turn_plays_the_same_scene(
    model: Path, actions: ActionServer, stores: list[TurnTrackerStore]
) -> None:
    async def scene() -> None:
        lasting, restarting = (_processor(model, actions, store) for store in stores)
        for number, text in enumerate(SCENE * 2):
            restarting.tracker_store._live.clear()
            answers = [await _play(turns, number, text) for turns in (lasting, restarting)]
            assert answers[0] == answers[1]
            first, second = (store._live["王阿姨"] for store in stores)
            assert _state(first) == _state(second), f"after {text}"
        await lasting.close()
        await restarting.close()

    asyncio.run(scene())


def test_copies_and_past_states_are_those_rasa_works_out(
    model: Path, actions: ActionServer, stores: list[TurnTrackerStore]
) -> None:
    async def scene() -> None:
        turns = _processor(model, actions, stores[0])
        for number, text in enumerate(SCENE * 2):
            await _play(turns, number, text)
            tracker = stores[0]._live["王阿姨"]
            assert isinstance(tracker, LiveTracker)
            stock = DialogueStateTracker.travel_back_in_time(tracker, float("inf"))
            assert vars(tracker.copy()).keys() == vars(stock).keys()
            assert _state(tracker.copy()) == _state(stock)
            for omit_unset_slots in (True, False):
                states = stock.past_states(turns.domain, omit_unset_slots=omit_unset_slots)
                quick = tracker.past_states(turns.domain, omit_unset_slots=omit_unset_slots)
                assert len(quick) == min(len(states), STATES + 1)
                assert quick == states[-len(quick) :], f"after {text}"
        await turns.close()

    asyncio.run(scene())


def test_a_copy_changes_nothing_of_the_original() -> None:
    tracker = LiveTracker("王阿姨", [])
    tracker.change_loop_to("repair_form")
    twin = tracker.copy()
    twin.interrupt_loop(True)
    assert tracker.active_loop is not None
    assert not tracker.active_loop.is_interrupted


@pytest.mark.parametrize("project", [ROOT, PROJECT], ids=["the house", "the tests"])
def test_no_rule_looks_back_further_than_the_states_worked_out(project: Path) -> None:
    files = sorted((project / "nlu_data/rules").glob("**/*.yml"))
    rules = [rule for file in files for rule in yaml.safe_load(file.read_text()).get("rules", [])]
    assert rules
    for rule in rules:
        # A step makes one state at most; a state of its own stands at either end.
        assert len(rule["steps"]) + 2 < STATES, f"{rule['rule']}: raise STATES in live_tracker.py"


def _processor(model: Path, actions: ActionServer, store: TurnTrackerStore) -> TurnProcessor:
    endpoint = EndpointConfig(f"http://127.0.0.1:{actions.port}/webhook")
    agent = Agent.load(str(model), generator=KeyNLG(), tracker_store=store, action_endpoint=endpoint)
    return TurnProcessor(agent)


async def _play(turns: TurnProcessor, number: int, text: str) -> dict[str, Any]:
    turn = str(number)
    return await turns.play(conversation="王阿姨", turn=turn, text=text, pressed=None, metadata={})


def _state(tracker: DialogueStateTracker) -> Any:
    """Return all that a tracker is, but for the times."""
    state = json.loads(json.dumps(tracker.current_state(EventVerbosity.ALL)))
    del state["latest_event_time"]
    for event in state["events"]:
        del event["timestamp"]
    return state
