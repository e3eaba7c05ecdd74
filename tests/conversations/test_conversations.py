"""Every script of this folder, played against a really trained model and a running desk."""

from pathlib import Path

import pytest

from tests.conversations.conftest import at_time
from tests.conversations.house import House
from tests.conversations.player import Player
from tests.conversations.script import Script, all_scripts
from tests.support.cast import Cast

SCRIPTS = all_scripts(Path(__file__).parent)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_conversation(house: House, cast: Cast, script: Script) -> None:
    at_time(house, script.at)
    Player(house, script, cast.li).play()
