"""The Rasa server's tests run in its own environment; a model is trained and a server started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.understanding.server import launcher

# Before any test imports Rasa: what a server does first, too.
launcher.prepare()

from tests.understanding import rasa_server  # noqa: E402
from tests.understanding.rasa_server import ActionServer, RasaServer, said  # noqa: E402


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, really trained."""
    return rasa_server.train(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def running_actions() -> Iterator[ActionServer]:
    """One action server for all tests."""
    with rasa_server.action_server() as server:
        yield server


@pytest.fixture(scope="session")
def running_rasa(
    model: Path, running_actions: ActionServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RasaServer]:
    """One Rasa server for all tests that leave it alive."""
    server = RasaServer(model, tmp_path_factory.mktemp("rasa"), running_actions.port)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def actions(running_actions: ActionServer) -> ActionServer:
    """The action server, answering well and having forgotten earlier tests."""
    running_actions.calls.clear()
    running_actions.tokens.clear()
    running_actions.release.clear()
    running_actions.hanging.clear()
    running_actions.answers = {
        "action_open_case": lambda call: said("utter_case_opened", number="WX-1"),
        "action_say_hours": lambda call: said("utter_hours"),
        "action_read_note": lambda call: (200, {"events": [_set("noted", "yes")], "responses": []}),
        "validate_repair_form": lambda call: (200, {"events": [], "responses": []}),
    }
    return running_actions


@pytest.fixture
def rasa(running_rasa: RasaServer, actions: ActionServer) -> RasaServer:
    """The Rasa server, with actions that answer well."""
    return running_rasa


def _set(slot: str, value: str) -> dict[str, str]:
    return {"event": "slot", "name": slot, "value": value}
