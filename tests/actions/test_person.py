"""A person is called in: the queue, what is kept before, and what is said to somebody who waits."""

import asyncio
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.heard import Matter
from actions.person import HandOver, NoteWaiting, hand_over
from actions.repair.form import FORM
from actions.room import Room
from bot.desk.talk.conversations import withdraw_request
from bot.store.states import CaseKind, Mode
from bot.store.tables import Case, CaseEvent, Conversation
from tests.actions.conftest import Dialogue, keys
from tests.support.estates import sample_estate, sample_words


def conversation_of(dialogue: Dialogue) -> Conversation:
    with dialogue.store.read() as session:
        return session.get_one(Conversation, dialogue.person.conversation_id)


def cases(dialogue: Dialogue) -> list[Case]:
    with dialogue.store.read() as session:
        return list(session.scalars(select(Case)))


def actions(dialogue: Dialogue) -> tuple[HandOver, NoteWaiting]:
    room = Room(dialogue.store, sample_estate(), sample_words(), now=dialogue.clock)
    return HandOver(room), NoteWaiting(room)


def test_a_person_at_the_first_request(wang: Dialogue) -> None:
    outcome = wang.hears(actions(wang)[0].act, "转人工", "human")
    assert keys(outcome) == ["utter_handed_over"]
    slots = outcome.replies[0].slots
    assert (slots["reason"], slots["asked"], slots["ahead"], slots["attended"]) == (
        "asked",
        True,
        0,
        "expected",
    )
    assert (conversation_of(wang).mode, conversation_of(wang).reason) == (Mode.WAITING, "asked")


def test_asking_again_keeps_the_place_in_the_queue(wang: Dialogue) -> None:
    hand = actions(wang)[0].act
    wang.hears(hand, "转人工", "human")
    assert keys(wang.hears(hand, "人呢", "human")) == ["utter_already_waiting"]


def test_the_bot_lets_go_of_its_form(wang: Dialogue) -> None:
    wang.form, wang.slots = FORM, {"what": "漏水", "repair_confirmed": None}
    outcome = wang.hears(actions(wang)[0].act, "转人工", "human", asked="place")
    assert outcome.closes
    assert outcome.slots["what"] is None
    assert cases(wang) == []


@pytest.mark.parametrize(
    ("metadata", "intent", "upset", "reason"),
    [
        ({"now": "old"}, "repair", 0, "old"),
        ({"if_not_understood": "not_understood"}, "nlu_fallback", 0, "not_understood"),
        ({"if_angry": "angry"}, "chitchat", 2, "angry"),
        ({"if_angry": "angry", "if_annoyed": "angry"}, "chitchat", 1, "angry"),
    ],
)
def test_the_reason_is_the_desks(
    wang: Dialogue, metadata: dict[str, Any], intent: str, upset: int, reason: str
) -> None:
    wang.hears(actions(wang)[0].act, "……", intent, upset=upset, escalation=metadata)
    assert conversation_of(wang).reason == reason


def test_an_angry_repair_is_opened_before_the_person_comes(wang: Dialogue) -> None:
    text = "电梯又坏了，第三次了，你们到底管不管！"
    outcome = wang.hears(
        actions(wang)[0].act, text, "repair", category="lift", upset=2, escalation={"if_angry": "angry"}
    )
    assert keys(outcome) == ["utter_repair_opened", "utter_handed_over"]
    (case,) = cases(wang)
    assert (case.kind, case.category, case.summary, case.place) == (
        CaseKind.REPAIR,
        "lift",
        text,
        "3栋2单元，电梯",
    )


def test_an_angry_strangers_repair_is_opened_and_its_place_asked_for(stranger: Dialogue) -> None:
    outcome = stranger.hears(
        actions(stranger)[0].act, "电梯又坏了！", "repair", category="lift", upset=2,
        escalation={"if_angry": "angry"},
    )  # fmt: skip
    assert keys(outcome) == ["utter_repair_opened", "utter_handover_place", "utter_handed_over"]


def test_an_angry_complaint_is_opened_in_her_words(wang: Dialogue) -> None:
    text = "楼上天天半夜装修，你们管不管"
    outcome = wang.hears(
        actions(wang)[0].act, text, "complaint", category="noise", upset=2, escalation={"if_angry": "angry"}
    )
    assert keys(outcome) == ["utter_complaint_opened", "utter_handed_over"]
    assert [(case.kind, case.category, case.summary) for case in cases(wang)] == [
        (CaseKind.COMPLAINT, "noise", text)
    ]


def test_anger_without_a_matter_opens_nothing(wang: Dialogue) -> None:
    outcome = wang.hears(
        actions(wang)[0].act, "你们就是骗子", "chitchat", upset=2, escalation={"if_angry": "angry"}
    )
    assert keys(outcome) == ["utter_handed_over"]
    assert cases(wang) == []


def test_a_turn_played_again_calls_once_and_opens_once(wang: Dialogue) -> None:
    hand, more = actions(wang)[0].act, {"category": "lift", "upset": 2, "escalation": {"if_angry": "angry"}}
    first = wang.hears(hand, "电梯又坏了！", "repair", **more)
    assert wang.again(hand, "电梯又坏了！", "repair", **more) == first
    assert len(cases(wang)) == 1


def test_what_she_adds_while_waiting_is_acknowledged_once(wang: Dialogue) -> None:
    hand, note = (action.act for action in actions(wang))
    wang.hears(hand, "转人工", "human")
    said = [keys(wang.hears(note, text, "nlu_fallback")) for text in ("就是昨天说的那个", "真的很急", "嗯")]
    assert said == [["utter_added_to_waiting"], ["utter_silent"], ["utter_silent"]]


def test_a_home_said_while_waiting_goes_to_the_case_without_a_place(stranger: Dialogue) -> None:
    hand, note = (action.act for action in actions(stranger))
    angry = {"category": "lift", "upset": 2, "escalation": {"if_angry": "angry"}}
    stranger.hears(hand, "电梯又坏了！", "repair", **angry)
    stranger.hears(note, "3栋2单元", "nlu_fallback")
    with stranger.store.read() as session:
        notes = session.scalars(select(CaseEvent.note).where(CaseEvent.kind == "note")).all()
    assert notes == ["3栋2单元"]
    assert cases(stranger)[0].place == "3栋2单元"


@pytest.mark.parametrize(("form", "ends"), [(FORM, True), (None, False)])
def test_a_person_called_in_the_middle_ends_the_form_for_rasa(
    wang: Dialogue, form: str | None, ends: bool
) -> None:
    """Else it would go on asking while she waits."""
    tracker = Tracker(
        sender_id="1",
        slots={"what": "漏水", "requested_slot": "place"},
        latest_message={
            "text": "转人工",
            "intent": {"name": "human", "confidence": 1.0},
            "metadata": {"turn": "turn-1", "conversation_id": wang.person.conversation_id},
        },
        events=[],
        paused=False,
        followup_action=None,
        active_loop={"name": form} if form else {},
        latest_action_name="action_listen",
    )
    events = asyncio.run(actions(wang)[0].run(CollectingDispatcher(), tracker, {}))
    assert (ActiveLoop(None) in events) is ends


def test_a_new_matter_told_while_waiting_is_a_case_with_a_number(wang: Dialogue) -> None:
    hand, note = (action.act for action in actions(wang))
    wang.hears(hand, "转人工", "human")
    outcome = wang.hears(note, "我家厕所灯不亮了", "repair", category="lighting")
    assert keys(outcome) == ["utter_repair_opened", "utter_waiting_case"]
    (case,) = cases(wang)
    assert (case.number, case.place) == (outcome.replies[0].slots["number"], "3栋2单元1201")
    assert conversation_of(wang).mode is Mode.WAITING


def test_more_of_the_same_while_waiting_is_noted_at_its_case(wang: Dialogue) -> None:
    hand, note = (action.act for action in actions(wang))
    wang.hears(hand, "转人工", "human")
    wang.hears(note, "我家厕所灯不亮了", "repair", category="lighting")
    again = wang.hears(note, "厕所那个灯一闪一闪的", "repair", category="lighting")
    assert keys(again) == ["utter_case_noted"]
    assert len(cases(wang)) == 1


def test_a_question_of_fees_is_answered_while_she_waits(wang: Dialogue) -> None:
    hand, note = (action.act for action in actions(wang))
    wang.hears(hand, "转人工", "human")
    outcome = wang.hears(note, "物业费都包含什么", "fee", category="how_computed")
    assert keys(outcome) == ["utter_fee_included"]
    assert cases(wang) == []


def test_what_is_not_surely_a_matter_opens_nothing(wang: Dialogue) -> None:
    hand, note = (action.act for action in actions(wang))
    wang.hears(hand, "转人工", "human")
    outcome = wang.hears(note, "昨天那个漏水的事", "repair", category="leak", confidence=0.5)
    assert (keys(outcome), cases(wang)) == (["utter_added_to_waiting"], [])


def test_the_next_wait_is_acknowledged_again(wang: Dialogue) -> None:

    hand, note = (action.act for action in actions(wang))
    for _ in range(2):
        wang.hears(hand, "转人工", "human")
        assert keys(wang.hears(note, "就是昨天说的", "nlu_fallback")) == ["utter_added_to_waiting"]
        wang.does(
            lambda call: withdraw_request(
                call.session, wang.person.conversation_id, why="test", by="bot", now=call.now
            )
        )


def test_a_matter_among_others_is_found(wang: Dialogue) -> None:
    matters = (Matter("chitchat", None, "你们太差了"), Matter("fee", "dispute", "物业费乱收"))
    wang.hears(
        lambda call, heard: hand_over(call, heard, reason="angry"), "你们太差了，物业费乱收", "chitchat",
        matters=matters, upset=2,
    )  # fmt: skip
    assert [case.kind for case in cases(wang)] == [CaseKind.FEE]
