"""The mended check of an action's answer says the same as Rasa's own, and quickly."""

import timeit
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot.understanding.server import action_results

ANSWERS: list[Any] = [
    {"events": [], "responses": []},
    {},
    {"events": [{"event": "slot", "name": "place", "value": "三号楼", "timestamp": None}]},
    {
        "events": [
            {"event": "user", "text": "hi", "parse_data": {"entities": [{"entity": "a", "value": "b"}]}}
        ]
    },
    {"responses": [{"response": "utter_hours"}]},
    {"events": "many"},
    {"events": [{"name": "place"}]},
    {"events": [{"event": "no_such_event"}]},
    {"responses": ["text"]},
    [],
    None,
    "text",
]


def test_rasas_own_method_is_the_one_this_mends() -> None:
    assert action_results.source_digest() == action_results.MENDED_SOURCE


@pytest.mark.parametrize("answer", ANSWERS)
def test_it_judges_as_rasa_does(answer: Any) -> None:
    shipped = _judged(action_results.AS_SHIPPED, answer)
    mended = _judged(action_results.validate_action_result, answer)
    assert mended == shipped


def test_it_is_used_and_costs_a_tenth_at_most() -> None:
    action_results.install()
    assert RemoteAction._validate_action_result is action_results.validate_action_result
    action = RemoteAction("action_open_case", None)
    mended = min(timeit.repeat(lambda: action._validate_action_result(ANSWERS[2]), number=5, repeat=3))
    shipped = min(timeit.repeat(lambda: action_results.AS_SHIPPED(action, ANSWERS[2]), number=5, repeat=3))
    assert mended < shipped / 10


def _judged(method: Any, answer: Any) -> Any:
    try:
        return method(RemoteAction("action_open_case", None), answer)
    except ValidationError as error:
        return list(error.path), error.validator
