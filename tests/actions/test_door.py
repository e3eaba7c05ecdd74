"""The door of the actions over real HTTP: the secret, the protocol, time, and what a failure looks like."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from actions.base import DeskAction
from actions.heard import Heard
from actions.outcome import Outcome
from actions.registry import all_actions
from actions.room import Call, Room
from bot.desk.wording.composer import Reply
from bot.messaging.actions_app import create_actions_app
from bot.store.engine import Store
from tests.support.cast import Cast, make_cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

SECRET = "the actions' secret"


class Hanging(DeskAction):
    """Takes longer than an action may."""

    key = "action_hanging"
    writes = False
    released = threading.Event()

    def act(self, call: Call, heard: Heard) -> Outcome:
        self.released.wait(20)
        return Outcome((Reply("utter_greet"),))


@pytest.fixture
def people(sqlite_store: Store, clock: HandClock) -> Cast:
    return make_cast(sqlite_store, now=clock())


@pytest.fixture
def door(sqlite_store: Store, clock: HandClock) -> Iterator[TestClient]:
    room = Room(sqlite_store, sample_estate(), sample_words(), now=clock, seconds=0.2)
    patient = Room(sqlite_store, sample_estate(), sample_words(), now=clock)
    app = create_actions_app([*all_actions(patient), Hanging(room)], secret=SECRET)
    Hanging.released.clear()
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
    Hanging.released.set()


def call_of(action: str, conversation_id: int = 1, **message: Any) -> dict[str, Any]:
    metadata = {"turn": "t-1", "conversation_id": conversation_id, "escalation": {}}
    latest = {"text": "转人工", "intent": {"name": "human", "confidence": 0.9}, "entities": [], **message}
    return {
        "next_action": action,
        "domain": {"forms": {}},
        "tracker": {
            "sender_id": "c1-p1",
            "slots": {},
            "events": [],
            "latest_message": {"metadata": metadata, **latest},
        },
    }


def post(door: TestClient, body: Any, token: str = SECRET) -> Any:
    return door.post("/webhook", params={"token": token}, json=body)


def test_an_action_answers_with_keys_and_slots(door: TestClient, people: Cast) -> None:
    answer = post(door, call_of("action_hand_over", people.wang.conversation_id))
    assert answer.status_code == 200
    (response,) = answer.json()["responses"]
    assert (response["response"], response["text"], response["reason"]) == (
        "utter_handed_over",
        None,
        "asked",
    )
    assert {"event": "slot", "name": "what", "value": None, "timestamp": None} in answer.json()["events"]


@pytest.mark.parametrize("token", ["", "wrong", SECRET + "x", "错"])
def test_without_the_secret_nothing_is_done(door: TestClient, people: Cast, token: str) -> None:
    assert post(door, call_of("action_hand_over"), token).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [([], 422), ({}, 422), (call_of("action_nobody_knows"), 404), (call_of("action_hand_over", 999), 500)],
)
def test_a_failure_is_never_an_empty_answer(door: TestClient, people: Cast, body: Any, status: int) -> None:
    answer = post(door, body)
    assert answer.status_code == status
    assert "error" in answer.json()


def test_a_body_that_is_no_json_is_refused(door: TestClient) -> None:
    assert door.post("/webhook", params={"token": SECRET}, content=b"\xff{").status_code == 422


def test_an_action_ends_itself_in_time(door: TestClient, people: Cast) -> None:
    answer = post(door, call_of("action_hanging", people.wang.conversation_id))
    assert answer.status_code == 504


def test_a_message_without_the_desks_facts_is_an_error(door: TestClient) -> None:
    body = call_of("action_hand_over")
    del body["tracker"]["latest_message"]["metadata"]
    assert post(door, body).status_code == 500


def test_an_app_without_a_secret_is_not_made() -> None:
    with pytest.raises(ValueError, match="secret"):
        create_actions_app([], secret="")
