"""Several matters in one message: the order that serves, one reply, none forgotten."""

from typing import Any

import pytest
from sqlalchemy import select

from actions.heard import Matter
from actions.next_matter import NextMatter, TakeMatters, in_order
from actions.person import hand_over
from actions.room import Call
from bot.desk.talk.left_matters import left_of
from bot.store.tables import Case, Conversation
from tests.actions.conftest import Dialogue, keys

LIFT = Matter("repair", "lift", "电梯坏了")
BURST = Matter("repair", "leak", "水管爆了，水哗哗往外喷")
NOISE = Matter("complaint", "noise", "楼上天天装修很吵")
ANGRY = Matter("complaint", "cleaning", "垃圾堆了一周没人管，你们干什么吃的，气死人了")
FEE = Matter("fee", "how_computed", "物业费都包含什么")
CHARGE = Matter("fee", "unfair", "物业费多收了我两个月")
QUESTION = Matter("inquiry", "other", "小区里能不能架天线接收卫星信号")


def takes(dialogue: Dialogue, *matters: Matter, **more: Any) -> Any:
    text = "，".join(one.text for one in matters)
    outcome = dialogue.hears(_act(TakeMatters), text, matters[0].intent, matters=matters, **more)
    dialogue.form = None
    return outcome


def _act(action: type[Any]) -> Any:
    return lambda call, heard: action(None).act(call, heard)


def kept(dialogue: Dialogue) -> list[str]:
    return [one["text"] for one in dialogue.slots.get("next_matters") or ()]


@pytest.mark.parametrize(
    ("said", "served"),
    [
        ((LIFT, BURST), [BURST, LIFT]),
        ((NOISE, ANGRY), [ANGRY, NOISE]),
        ((LIFT, NOISE), [LIFT, NOISE]),
        ((NOISE, Matter("complaint", "falling_objects", "楼上往下扔酒瓶")), [1, 0]),
    ],
)
def test_danger_first_then_anger_then_as_said(said: tuple[Matter, ...], served: list[Any]) -> None:
    wanted = [said[one] if isinstance(one, int) else one for one in served]
    queue = [{"intent": one.intent, "category": one.category, "text": one.text} for one in said]
    assert [one["text"] for one in in_order(queue)] == [one.text for one in wanted]


def test_the_first_is_begun_the_others_wait_and_she_reads_what_was_noted(wang: Dialogue) -> None:
    outcome = takes(wang, LIFT, NOISE, CHARGE)
    assert (keys(outcome), outcome.then) == (["utter_matters_taken"], "repair_form")
    assert outcome.replies[0].slots["listed"].splitlines() == [
        "1. 电梯坏了",
        "2. 楼上天天装修很吵",
        "3. 物业费多收了我两个月",
    ]
    assert wang.slots["what"] == "电梯坏了"
    assert kept(wang) == ["楼上天天装修很吵", "物业费多收了我两个月"]


def test_a_question_that_can_be_answered_is_answered_in_the_same_reply(wang: Dialogue) -> None:
    outcome = takes(wang, NOISE, FEE)
    assert keys(outcome) == ["utter_fee_included", "utter_complaint_heard"]
    assert (outcome.then, kept(wang)) == ("complaint_form", [])


def test_each_is_taken_up_when_the_one_before_has_ended(wang: Dialogue) -> None:
    takes(wang, LIFT, NOISE, CHARGE)
    second = wang.hears(_act(NextMatter), "确认", "affirm")
    assert (keys(second), second.then) == (["utter_next_matter", "utter_complaint_heard"], "complaint_form")
    assert wang.slots["complaint_text"] == "楼上天天装修很吵"
    third = wang.hears(_act(NextMatter), "确认", "affirm")
    assert (keys(third), third.then) == (["utter_next_matter"], "action_answer_fee")
    last = wang.hears(_act(NextMatter), "确认", "affirm")
    assert (keys(last), last.then) == ([], None)


def test_what_the_handbook_does_not_know_is_offered_to_a_person_in_its_turn(wang: Dialogue) -> None:
    outcome = takes(wang, NOISE, QUESTION)
    assert kept(wang) == [QUESTION.text]
    second = wang.hears(_act(NextMatter), "确认", "affirm")
    assert (second.then, wang.slots["report_text"]) == ("report_form", QUESTION.text)
    assert outcome.then == "complaint_form"


def test_an_angry_message_opens_all_of_them_and_asks_one_thing_at_most(wang: Dialogue) -> None:
    text = f"{LIFT.text}，{ANGRY.text}，{NOISE.text}"
    outcome = wang.hears(
        lambda call, heard: hand_over(call, heard, reason="angry"),
        text,
        "complaint",
        matters=(LIFT, ANGRY, NOISE),
        upset=2,
    )
    with wang.store.read() as session:
        assert {case.summary for case in session.scalars(select(Case))} == {LIFT.text, ANGRY.text, NOISE.text}
    assert keys(outcome).count("utter_handover_place") <= 1
    assert keys(outcome)[-1] == "utter_handed_over"


def test_what_waits_goes_to_the_person_who_is_called(wang: Dialogue) -> None:
    takes(wang, LIFT, NOISE, CHARGE)
    outcome = wang.hears(lambda call, heard: hand_over(call, heard, reason="asked"), "转人工", "human")
    assert keys(outcome)[0] == "utter_matters_left"
    assert "“物业费多收了我两个月”" in outcome.replies[0].slots["listed"]

    def left(call: Call) -> list[str]:
        return left_of(call.session.get_one(Conversation, wang.person.conversation_id))

    assert wang.does(left) == [LIFT.text, NOISE.text, CHARGE.text]
    assert wang.slots["next_matters"] is None
