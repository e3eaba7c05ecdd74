"""What fails inside Rasa is told as 503, leaves the conversation where it was, and can be called again."""

import sqlite3
import time
from collections.abc import Callable

import pytest

from tests.understanding.rasa_server import ActionServer, Call, RasaServer, Result, said

FORM_ASKING_SINCE = [("t1", "电梯坏了"), ("t2", "三号楼")]


def endless(call: Call) -> Result:
    return 200, {"events": [{"event": "followup", "name": "action_open_case"}], "responses": []}


FAILURES: dict[str, Callable[[Call], Result]] = {
    "raises": lambda call: (500, "Traceback …"),
    "is not there": lambda call: (404, {"error": "no such action", "action_name": "action_open_case"}),
    "is refused the domain": lambda call: (449, {"error": "domain"}),
    "answers no json": lambda call: (200, "<html>"),
    "answers nothing": lambda call: (200, None),
    "answers an unknown event": lambda call: (200, {"events": [{"event": "no_such"}], "responses": []}),
    "answers what no schema allows": lambda call: (200, {"events": "many", "responses": []}),
    "utters an unknown key": lambda call: said("utter_no_such"),
    "utters words": lambda call: said("utter_case_opened", text="您好"),
    "utters words without a key": lambda call: (200, {"events": [], "responses": [{"text": "您好"}]}),
    "brings its own buttons": lambda call: said("utter_case_opened", buttons=[{"title": "好"}]),
    "never comes to an end": endless,
    "rejects without a reason": lambda call: (400, "no"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_action_fails_the_turn_and_nothing_of_it_is_kept(
    rasa: RasaServer, actions: ActionServer, failure: str
) -> None:
    for turn, text in FORM_ASKING_SINCE:
        assert rasa.turn(failure, turn, text).status == 200
    well, actions.answers["action_open_case"] = actions.answers["action_open_case"], FAILURES[failure]
    before = _rows(rasa, failure)
    for _ in range(2):
        failed = rasa.turn(failure, "t3", "昨天")
        assert failed.status == 503
        assert failed.body.keys() == {"error"}
    assert _rows(rasa, failure) == before

    actions.answers["action_open_case"] = well
    again = rasa.turn(failure, "t3", "昨天")
    assert again.keys == ["utter_case_opened"]
    assert again.body["replayed"] is False
    assert again.body["replies"][0]["slots"]["since"] == "昨天"


@pytest.mark.parametrize("action", ["validate_repair_form", "action_read_note"])
def test_an_action_rasa_calls_on_its_own_account_fails_the_turn_too(
    rasa: RasaServer, actions: ActionServer, action: str
) -> None:
    text = {"validate_repair_form": "电梯坏了", "action_read_note": "我要留言"}[action]
    well, actions.answers[action] = actions.answers[action], FAILURES["raises"]
    assert rasa.turn(action, "t1", text).status == 503
    actions.answers[action] = FAILURES["utters an unknown key"]
    assert rasa.turn(action, "t1", text).status == 503
    actions.answers[action] = well
    assert rasa.turn(action, "t1", text).status == 200


def test_an_action_that_hangs_is_given_up_after_five_seconds(rasa: RasaServer, actions: ActionServer) -> None:
    actions.answers["action_say_hours"] = actions.hang
    begun = time.monotonic()
    assert rasa.turn("hangs", "t1", "几点上班").status == 503
    assert 4.5 < time.monotonic() - begun < 8
    actions.release.set()
    actions.answers["action_say_hours"] = lambda call: said("utter_hours")
    assert rasa.turn("hangs", "t1", "几点上班").keys == ["utter_hours"]


def test_a_locked_tracker_file_fails_the_turn_and_blocks_nobody_else(rasa: RasaServer) -> None:
    rasa.turn("locked", "t1", "电梯坏了")
    foreign = sqlite3.connect(rasa.tracker_db, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    assert rasa.turn("locked", "t2", "三号楼").status == 503
    assert time.monotonic() - begun < 5
    assert rasa.parse("谢谢")[0]["intent"] == "thanks"
    foreign.execute("ROLLBACK")
    foreign.close()
    assert rasa.turn("locked", "t2", "三号楼").keys == ["utter_ask_since"]


def test_a_tracker_row_written_by_another_is_never_overwritten(rasa: RasaServer) -> None:
    rasa.turn("two servers", "t1", "电梯坏了")
    with sqlite3.connect(rasa.tracker_db) as other:
        other.execute(
            "INSERT INTO turns SELECT conversation, 2, 'theirs', '[]', '{}', at FROM turns"
            " WHERE conversation = 'two servers'"
        )
    # The live tracker is out of date: it is read again, the turn goes on from what is kept.
    assert rasa.turn("two servers", "t2", "三号楼").keys == ["utter_ask_since"]
    assert [number for number, _ in _rows(rasa, "two servers")] == [1, 2, 3]


def test_the_log_holds_no_word_of_a_resident(rasa: RasaServer, actions: ActionServer) -> None:
    actions.answers["action_say_hours"] = FAILURES["raises"]
    assert rasa.turn("private", "t1", "几点上班 13812345678").status == 503
    log = rasa.log.read_text()
    assert "action_say_hours" in log
    for words in ["几点上班", "13812345678", "电梯坏了", "三号楼", "昨天"]:
        assert words not in log


def _rows(rasa: RasaServer, conversation: str) -> list[tuple[int, str]]:
    with sqlite3.connect(rasa.tracker_db) as database:
        query = "SELECT number, turn FROM turns WHERE conversation = ? ORDER BY number"
        return database.execute(query, (conversation,)).fetchall()
