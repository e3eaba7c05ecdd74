"""How a message reaches an action."""

from typing import Any

from rasa_sdk import Tracker

from actions.heard import Heard, Matter, hear


def heard(message: dict[str, Any], **slots: Any) -> Heard:
    facts = {"turn": "t-1", "conversation_id": 7}
    latest = {"metadata": facts, **message}
    return hear(Tracker("7:1", slots, latest, [], False, None, {}, "action_listen"))


PRESSED = {
    "text": "报修·电梯",
    "intent": {"name": "repair", "confidence": 1.0},
    "entities": [{"entity": "clarified", "value": "lift", "start": 0, "end": 0}],
}


def test_a_chosen_meaning_stands_for_her_own_words() -> None:
    unclear = {"text": "那个又响了", "upset": 1, "search": []}
    chosen = heard(PRESSED, unclear=unclear)
    assert (chosen.text, chosen.intent, chosen.upset, chosen.chosen) == ("那个又响了", "repair", 1, True)
    assert chosen.matters == (Matter("repair", "lift", "那个又响了"),)
    assert not chosen.pressed
    assert not chosen.from_button


def test_an_old_button_whose_words_are_gone_is_a_button() -> None:
    assert heard(PRESSED).pressed
    assert not heard(PRESSED).chosen


def test_the_likeliest_readings_are_heard_where_they_are_told() -> None:
    told = {"intent": "repair", "category": "lift", "confidence": 0.3}
    message = {"text": "那个", "intent": {"name": "nlu_fallback", "confidence": 0.3}, "likeliest": [told]}
    assert [(one.intent, one.category, one.chance) for one in heard(message).likeliest] == [
        ("repair", "lift", 0.3)
    ]
