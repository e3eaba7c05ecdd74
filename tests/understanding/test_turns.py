"""A turn is played wholly, kept with its answer, and played once, whatever happens in between."""

import threading
from pathlib import Path

import pytest

from tests.understanding.rasa_server import (
    ACTIONS_SECRET,
    ActionServer,
    Answer,
    RasaServer,
    said,
)


def test_a_repair_from_the_first_word_to_the_case(rasa: RasaServer, actions: ActionServer) -> None:
    first = rasa.turn("王阿姨", "t1", "电梯坏了", metadata={"turn": "t1", "note": "handed back"})
    assert first.keys == ["utter_ask_place"]
    assert first.body["state"] == {"active_form": "repair_form"}
    assert first.body["replies"][0]["slots"] == {"part": "电梯"}
    assert actions.calls[0]["tracker"]["latest_message"]["metadata"] == {"turn": "t1", "note": "handed back"}

    assert rasa.turn("王阿姨", "t2", "三号楼").keys == ["utter_ask_since"]
    last = rasa.turn("王阿姨", "t3", "昨天")
    assert last.keys == ["utter_case_opened"]
    assert last.body["replies"][0]["slots"] == {
        "part": "电梯",
        "place": "三号楼",
        "since": "昨天",
        "number": "WX-1",
    }
    assert last.body["state"] == {"active_form": None}
    assert set(actions.tokens) == {ACTIONS_SECRET}


def test_an_action_is_sent_what_it_reads_and_no_more(rasa: RasaServer, actions: ActionServer) -> None:
    for turn, text in enumerate(["谢谢", "谢谢你", "辛苦了", "多谢了"]):
        rasa.turn("long", f"t{turn}", text)
    rasa.turn("long", "t5", "电梯坏了")
    (call,) = actions.calls
    said_by_her = [event["text"] for event in call["tracker"]["events"] if event["event"] == "user"]
    assert said_by_her == ["多谢了", "电梯坏了"]
    assert call["tracker"]["slots"]["part"] == "电梯"
    assert call["domain"]["forms"]["repair_form"]["required_slots"] == ["place", "since"]
    assert call["domain"].keys() == {"forms"}


def test_an_answer_in_between_and_back_to_the_question(rasa: RasaServer) -> None:
    rasa.turn("老周", "t1", "电梯坏了")
    assert rasa.turn("老周", "t2", "谢谢").keys == ["utter_thanks", "utter_ask_place"]
    assert rasa.turn("老周", "t3", "三号楼").keys == ["utter_ask_since"]


def test_a_turn_called_again_gets_its_answer_and_is_not_played_again(
    rasa: RasaServer, actions: ActionServer
) -> None:
    first = rasa.turn("again", "t1", "几点上班")
    second = rasa.turn("again", "t2", "谢谢")
    for turn, text, answer in [("t2", "谢谢", second), ("t1", "几点上班", first)]:
        again = rasa.turn("again", turn, text)
        assert again.body == {**answer.body, "replayed": True}
    assert actions.named() == ["action_say_hours"]


def test_one_turn_called_twice_at_once_is_played_once(rasa: RasaServer, actions: ActionServer) -> None:
    actions.answers["action_say_hours"] = lambda call: (actions.hang(call), said("utter_hours"))[1]
    first, second = _later(rasa, "twice", "t1", "几点上班"), _later(rasa, "twice", "t1", "几点上班")
    assert actions.hanging.wait(10)
    actions.release.set()
    answers = [first(), second()]
    assert sorted(answer.body["replayed"] for answer in answers) == [False, True]
    assert answers[0].keys == answers[1].keys == ["utter_hours"]
    assert actions.named() == ["action_say_hours"]


def test_conversations_do_not_wait_for_one_another(rasa: RasaServer, actions: ActionServer) -> None:
    actions.answers["action_say_hours"] = actions.hang
    slow = _later(rasa, "slow", "t1", "几点上班")
    assert actions.hanging.wait(10)
    assert rasa.turn("quick", "t1", "谢谢").keys == ["utter_thanks"]
    actions.release.set()
    assert slow().status == 200


@pytest.fixture
def mortal_rasa(model: Path, actions: ActionServer, tmp_path: Path) -> RasaServer:
    """A Rasa server that the test may kill."""
    return RasaServer(model, tmp_path, actions.port)


def test_killed_in_the_middle_of_a_turn_it_goes_on_where_it_was(
    mortal_rasa: RasaServer, actions: ActionServer
) -> None:
    rasa = mortal_rasa
    rasa.start()
    rasa.turn("王阿姨", "t1", "电梯坏了")
    kept = rasa.turn("王阿姨", "t2", "三号楼")
    actions.answers["action_open_case"] = actions.hang
    threading.Thread(target=_ignoring_the_end, args=(rasa,)).start()
    assert actions.hanging.wait(10)
    rasa.kill()

    actions.release.set()
    actions.answers["action_open_case"] = lambda call: said("utter_case_opened", number="WX-2")
    rasa.start()
    try:
        # What was answered is answered alike; what was not is played, with form and slots as they were.
        assert rasa.turn("王阿姨", "t2", "三号楼").body == {**kept.body, "replayed": True}
        again = rasa.turn("王阿姨", "t3", "昨天")
        assert again.keys == ["utter_case_opened"]
        assert again.body["replayed"] is False
        assert again.body["replies"][0]["slots"] == {
            "part": "电梯",
            "place": "三号楼",
            "since": "昨天",
            "number": "WX-2",
        }
        assert rasa.stop() == 0
    finally:
        rasa.kill()


def _ignoring_the_end(rasa: RasaServer) -> None:
    try:
        rasa.turn("王阿姨", "t3", "昨天")
    except OSError:
        return
    raise AssertionError("the server was to be killed in this turn")


def _later(rasa: RasaServer, conversation: str, turn: str, text: str) -> "_Later":
    return _Later(rasa, conversation, turn, text)


class _Later:
    """A turn called in a thread of its own."""

    def __init__(self, rasa: RasaServer, conversation: str, turn: str, text: str) -> None:
        self._answer: Answer | None = None
        self._thread = threading.Thread(target=self._call, args=(rasa, conversation, turn, text))
        self._thread.start()

    def __call__(self) -> Answer:
        self._thread.join(30)
        assert self._answer is not None
        return self._answer

    def _call(self, rasa: RasaServer, conversation: str, turn: str, text: str) -> None:
        self._answer = rasa.turn(conversation, turn, text)
