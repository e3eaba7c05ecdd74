"""A yes, a no or small talk outside every form: polite after an answer, else asked what she wants."""

import pytest

from actions.heard import Matter
from actions.unasked import answer_unasked
from bot.desk.talk.transcript import record_outbound
from bot.store.states import Lane, Sender
from tests.actions.conftest import Dialogue, keys


def bot_said(dialogue: Dialogue, key: str) -> None:
    with dialogue.store.write() as session:
        record_outbound(
            session,
            conversation_id=dialogue.person.conversation_id,
            sender=Sender.BOT,
            text="…",
            lane=Lane.BOT,
            epoch=0,
            reply_key=key,
            now=dialogue.clock(),
        )


@pytest.mark.parametrize(("text", "intent"), [("是的", "affirm"), ("不用了", "deny"), ("那个", "affirm")])
def test_a_first_word_that_answers_nothing_is_not_understood(
    stranger: Dialogue, text: str, intent: str
) -> None:
    outcome = stranger.hears(answer_unasked, text, intent)
    assert keys(outcome) == ["utter_not_understood"]
    assert outcome.replies[0].slots == {"unasked": True}


@pytest.mark.parametrize(
    ("said", "text", "intent", "key"),
    [
        ("utter_repair_opened+utter_repair_follow", "好的", "affirm", "utter_affirm"),
        ("utter_inquiry_phone", "不用了", "deny", "utter_deny"),
        ("utter_inquiry_phone", "那个", "affirm", "utter_not_understood"),
        ("utter_hello+utter_greet", "是的", "affirm", "utter_not_understood"),
        ("utter_not_understood", "嗯", "affirm", "utter_not_understood"),
    ],
)
def test_after_an_answer_a_yes_only_ends_the_talk(
    stranger: Dialogue, said: str, text: str, intent: str, key: str
) -> None:
    bot_said(stranger, said)
    assert keys(stranger.hears(answer_unasked, text, intent)) == [key]


@pytest.mark.parametrize("text", ["你懂我意思不", "那啥", "嗯那个就是", "😡😡", "。。。"])
def test_vague_small_talk_is_not_understood(stranger: Dialogue, text: str) -> None:
    assert keys(stranger.hears(answer_unasked, text, "chitchat")) == ["utter_not_understood"]


@pytest.mark.parametrize("text", ["你是机器人吗", "你叫什么名字", "今天天气不错"])
def test_real_small_talk_is_answered(stranger: Dialogue, text: str) -> None:
    assert keys(stranger.hears(answer_unasked, text, "chitchat")) == ["utter_chitchat"]


def test_the_third_time_a_person_is_called(stranger: Dialogue) -> None:
    escalation = {"if_not_understood": "not_understood"}
    outcome = stranger.hears(answer_unasked, "那个", "affirm", escalation=escalation)
    assert keys(outcome) == ["utter_handed_over"]


def test_a_button_of_a_question_that_is_over(stranger: Dialogue) -> None:
    assert keys(stranger.hears(answer_unasked, "确认", "affirm", matters=())) == ["utter_stale_choice"]
    assert keys(
        stranger.hears(answer_unasked, "确认", "affirm", matters=(Matter("affirm", None, "确认"),))
    ) != ["utter_stale_choice"]
