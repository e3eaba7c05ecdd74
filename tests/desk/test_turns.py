"""Turns: one open a conversation, leased, taken up again after a crash, given to a person by takeover."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.desk.talk import turns
from bot.desk.talk.turns import TurnAbandoned, TurnDone, TurnLost
from bot.store.engine import Store
from bot.store.states import Delivery, Mode, TurnState
from bot.store.tables import Turn
from tests.support.cast import Cast
from tests.support.desk_at_work import LEASE, DeskAtWork


@pytest.fixture
def other_desk(desk: DeskAtWork) -> DeskAtWork:
    return DeskAtWork(desk.store, desk.clock, desk="desk-2")


def _turn(store: Store, turn_id: int) -> Turn:
    with store.read() as session:
        return session.get_one(Turn, turn_id)


def test_nothing_said_is_no_turn(desk: DeskAtWork) -> None:
    assert desk.claims_turn() is None


def test_the_first_message_is_never_held_back(desk: DeskAtWork, cast: Cast) -> None:
    message = desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    assert (turn.text, turn.message_ids, turn.attempts) == ("电梯坏了", (message.id,), 1)
    assert turn.sender_id == f"c{cast.wang.conversation_id}-p1"
    assert (turn.mode, turn.oldest_at) == (Mode.BOT, desk.clock())


def test_what_arrives_while_a_turn_runs_forms_the_next_one_together(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    desk.hears(cast.wang, "三栋二单元")
    desk.hears(cast.wang, "从早上就坏了")
    assert desk.claims_turn() is None
    desk.answers(turn, "好")
    assert desk.has_turn().text == "三栋二单元\n从早上就坏了"


def test_a_pressed_button_is_a_turn_of_its_own(desk: DeskAtWork, cast: Cast) -> None:
    for text, payload in [
        ("是的", "/affirm"),
        ("还有", None),
        ("水也停了", None),
        ("不是", "/deny"),
        ("哦", None),
    ]:
        desk.hears(cast.wang, text, payload=payload)
    seen = []
    while (turn := desk.claims_turn()) is not None:
        seen.append((turn.text, turn.payload))
        desk.answers(turn, "好")
    assert seen == [("是的", "/affirm"), ("还有\n水也停了", None), ("不是", "/deny"), ("哦", None)]


def test_many_conversations_run_at_once_oldest_first(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.zhou, "一")
    desk.hears(cast.wang, "二")
    claimed = [desk.has_turn().conversation_id, desk.has_turn().conversation_id]
    assert claimed == [cast.zhou.conversation_id, cast.wang.conversation_id]


def test_the_database_itself_refuses_a_second_open_turn(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    first = _turn(desk.store, desk.has_turn().turn_id)
    with pytest.raises(IntegrityError), desk.store.write() as session:
        session.add(
            Turn(
                key="x",
                conversation_id=first.conversation_id,
                epoch=0,
                period=1,
                desk="desk-2",
                lease_until=desk.clock(),
                created_at=desk.clock(),
            )
        )


def test_a_dead_desks_turn_is_taken_up_with_the_same_key(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    desk.hears(cast.wang, "还有人吗")
    desk.clock.turn(LEASE)
    assert other_desk.claims_turn() is None
    desk.clock.turn(seconds=1)
    again = other_desk.has_turn()
    assert (again.turn_id, again.key, again.attempts, again.text) == (turn.turn_id, turn.key, 2, "电梯坏了")


def test_a_renewed_lease_keeps_the_turn(desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    desk.clock.turn(seconds=20)
    with desk.store.write() as session:
        assert turns.renew(session, turn.turn_id, desk="desk-1", now=desk.clock(), lease=LEASE)
    desk.clock.turn(seconds=20)
    assert other_desk.claims_turn() is None


def test_a_lost_turn_is_neither_renewed_nor_finished_nor_postponed(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    desk.clock.turn(minutes=5)
    again = other_desk.has_turn()
    with desk.store.write() as session:
        assert not turns.renew(session, turn.turn_id, desk="desk-1", now=desk.clock(), lease=LEASE)
        later = desk.clock() + LEASE
        assert not turns.postpone_turn(session, turn.turn_id, desk="desk-1", retry_at=later, now=desk.clock())
    assert isinstance(desk.finishes(turn, "晚了"), TurnLost)
    assert isinstance(other_desk.finishes(again, "好"), TurnDone)
    assert isinstance(other_desk.finishes(again, "好"), TurnLost)
    assert desk.sends_all() == ["好"]


def test_an_answer_kept_before_a_crash_is_there_for_the_next_attempt(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    assert turn.answer is None
    with desk.store.write() as session:
        turns.keep_answer(session, turn.turn_id, {"replies": [{"key": "utter_greet"}]})
    desk.clock.turn(minutes=1)
    assert other_desk.has_turn().answer == {"replies": [{"key": "utter_greet"}]}


def test_a_postponed_turn_comes_back_at_its_time(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    retry_at = desk.clock() + timedelta(minutes=2)
    with desk.store.write() as session:
        assert turns.postpone_turn(session, turn.turn_id, desk="desk-1", retry_at=retry_at, now=desk.clock())
    assert _turn(desk.store, turn.turn_id).state is TurnState.WAITING
    desk.clock.turn(minutes=1)
    assert desk.claims_turn() is None
    desk.clock.turn(minutes=1)
    again = desk.has_turn()
    assert (again.key, again.attempts, again.oldest_at) == (turn.key, 2, retry_at - timedelta(minutes=2))


def test_a_real_answer_ends_the_outage(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    with desk.store.write() as session:
        turn = turns.claim_turn(session, desk="desk-1", now=desk.clock(), lease=LEASE)
        assert turn is not None
        session.get_one(Turn, turn.turn_id).conversation.outage_told_at = desk.clock()
    desk.finishes(turn, "好")
    assert desk.conversation(cast.wang).outage_told_at is None


def test_what_was_understood_is_kept_with_the_message(desk: DeskAtWork, cast: Cast) -> None:
    message = desk.hears(cast.wang, "第三次了！")
    desk.finishes(desk.has_turn(), "抱歉", answer={"replies": [], "parse": {"intent": "repair", "upset": 2}})
    kept = desk.message(message.id)
    assert (kept.upset, kept.parse, kept.handled_at) == (2, {"intent": "repair", "upset": 2}, desk.clock())


def test_a_takeover_abandons_the_running_turn_and_shows_what_it_would_have_said(
    desk: DeskAtWork, cast: Cast
) -> None:
    desk.hears(cast.wang, "转人工")
    turn = desk.has_turn()
    desk.takes_over(cast.wang, cast.li)
    outcome = desk.finishes(turn, "好的，马上")
    assert isinstance(outcome, TurnAbandoned)
    assert desk.state_of(outcome.messages[0]) is Delivery.CANCELLED
    assert desk.sends_all() == []
    assert [message.text for message in desk.sees(cast.wang, as_resident=False)] == ["转人工", "好的，马上"]
    assert [message.text for message in desk.sees(cast.wang)] == ["转人工"]
    assert isinstance(desk.finishes(turn, "好的，马上"), TurnLost)


def test_a_takeover_and_hand_back_while_it_ran_still_abandons_it(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "转人工")
    turn = desk.has_turn()
    desk.takes_over(cast.wang, cast.li)
    desk.hands_back(cast.wang, cast.li)
    assert isinstance(desk.finishes(turn, "好的，马上"), TurnAbandoned)
    assert (desk.sends_all(), desk.unhandled(cast.wang)) == ([], [])


def test_a_waiting_turn_ends_when_a_person_comes(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    with desk.store.write() as session:
        turns.postpone_turn(session, turn.turn_id, desk="desk-1", retry_at=desk.clock(), now=desk.clock())
    desk.takes_over(cast.wang, cast.li)
    assert _turn(desk.store, turn.turn_id).state is TurnState.ABANDONED
    assert desk.claims_turn() is None
    assert desk.unhandled(cast.wang) == []


def test_the_bot_gets_nothing_while_a_person_serves(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    desk.hears(cast.wang, "师傅什么时候来")
    assert desk.claims_turn() is None
    assert desk.unhandled(cast.wang) == ["师傅什么时候来"]


def test_turns_go_on_while_she_waits_and_the_epoch_stays(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "转人工")
    turn = desk.has_turn()
    desk.asks_for_person(cast.wang)
    assert isinstance(desk.finishes(turn, "好的"), TurnDone)
    assert desk.sends_all() == ["好的"]
    desk.hears(cast.wang, "我的报修呢")
    assert (desk.has_turn().mode, turn.epoch) == (Mode.WAITING, 0)


def test_the_hand_back_note_is_for_the_first_turn_of_the_new_period(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "你好")
    first = desk.has_turn()
    desk.answers(first, "您好")
    desk.takes_over(cast.wang, cast.li)
    desk.hands_back(cast.wang, cast.li, note="已约周四上门")
    desk.hears(cast.wang, "谢谢")
    second = desk.has_turn()
    desk.answers(second, "不客气")
    desk.hears(cast.wang, "再见")
    third = desk.has_turn()
    assert [turn.note for turn in (first, second, third)] == [None, "已约周四上门", None]
    assert [turn.first_of_conversation for turn in (first, second, third)] == [True, False, False]
    assert [turn.sender_id[-2:] for turn in (first, second, third)] == ["p1", "p2", "p2"]


def _say(desk: DeskAtWork, cast: Cast, times: int, active_form: str | None) -> None:
    for _ in range(times):
        desk.hears(cast.wang, "嗯")
        desk.finishes(desk.has_turn(), "好", answer={"replies": [], "state": {"active_form": active_form}})


def _cut(desk: DeskAtWork, cast: Cast, cap: int) -> bool:
    with desk.store.write() as session:
        return turns.cut_period_if_long(session, cast.wang.conversation_id, now=desk.clock(), cap=cap)


def test_a_long_period_is_cut(desk: DeskAtWork, cast: Cast) -> None:
    _say(desk, cast, 2, None)
    assert not _cut(desk, cast, cap=3)
    _say(desk, cast, 1, None)
    assert _cut(desk, cast, cap=3)
    desk.hears(cast.wang, "新的一段")
    turn = desk.has_turn()
    assert (turn.sender_id[-2:], turn.epoch) == ("p2", 0)
    assert not _cut(desk, cast, cap=1)


def test_a_period_is_never_cut_inside_a_form(desk: DeskAtWork, cast: Cast) -> None:
    _say(desk, cast, 5, "repair_form")
    assert not _cut(desk, cast, cap=3)
    _say(desk, cast, 1, None)
    assert _cut(desk, cast, cap=3)


def test_a_turn_answered_without_rasa_does_not_hide_the_form(desk: DeskAtWork, cast: Cast) -> None:
    _say(desk, cast, 2, "repair_form")
    desk.hears(cast.wang, "嗯")
    turn = desk.has_turn()
    with desk.store.write() as session:
        turns.finish_turn(
            session,
            turn.turn_id,
            desk="desk-1",
            outcome="outage",
            answer=None,
            utterances=[],
            now=desk.clock(),
        )
    assert not _cut(desk, cast, cap=3)


def test_a_period_is_never_cut_under_an_open_turn(desk: DeskAtWork, cast: Cast) -> None:
    _say(desk, cast, 2, None)
    desk.hears(cast.wang, "嗯")
    desk.has_turn()
    assert not _cut(desk, cast, cap=3)


def test_a_turn_left_from_before_a_takeover_is_abandoned_when_found(desk: DeskAtWork, cast: Cast) -> None:
    """A row that an older version left open is never run under another epoch."""
    desk.hears(cast.wang, "电梯坏了")
    turn = desk.has_turn()
    with desk.store.write() as session:
        session.get_one(Turn, turn.turn_id).epoch = 7
    desk.clock.turn(minutes=5)
    assert desk.claims_turn() is None
    with desk.store.read() as session:
        assert session.scalars(select(Turn.state)).all() == [TurnState.ABANDONED]
