"""A person takes a chat over, answers, transfers, hands back; every change is written down."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.rows import lock_conversation
from bot.desk.talk import conversations
from bot.desk.talk.conversations import (
    AlreadyWaiting,
    AlreadyWithPerson,
    Answered,
    HandedBack,
    HeldByAnother,
    NotYours,
    PersonRequested,
    TakenOver,
    Transferred,
)
from bot.desk.talk.modes import MOVES, IllegalMove, move
from bot.store.states import Delivery, Mode
from bot.store.tables import ConversationEvent, Resident
from tests.support.cast import Cast, Colleague
from tests.support.desk_at_work import DeskAtWork


def _events(desk: DeskAtWork) -> list[tuple[Mode, Mode, int, str, str]]:
    with desk.store.read() as session:
        events = session.scalars(select(ConversationEvent).order_by(ConversationEvent.id))
        return [(event.old, event.new, event.epoch, event.why, event.by) for event in events]


def _transfers(desk: DeskAtWork, cast: Cast, who: Colleague, to: Colleague) -> Transferred | NotYours:
    with desk.store.write() as session:
        return conversations.transfer(
            session,
            cast.wang.conversation_id,
            agent_id=who.agent_id,
            to_agent_id=to.agent_id,
            now=desk.clock(),
        )


def test_one_address_is_one_conversation_of_one_resident(desk: DeskAtWork) -> None:
    with desk.store.write() as session:
        first, again, elsewhere = (
            conversations.open_conversation(
                session, channel=channel, address="v9", name="小赵", now=desk.clock()
            )
            for channel in ("webchat", "webchat", "telegram")
        )
        assert first.id == again.id
        assert elsewhere.resident_id != first.resident_id
        assert session.get_one(Resident, first.resident_id).name == "小赵"


def test_she_asks_for_a_person_and_waits(desk: DeskAtWork, cast: Cast) -> None:
    assert desk.asks_for_person(cast.zhou) == PersonRequested("asked", 1)
    asked_at = desk.clock.turn(minutes=3)
    assert desk.asks_for_person(cast.wang, "angry") == PersonRequested("angry", 2)
    desk.clock.turn(minutes=3)
    assert desk.asks_for_person(cast.wang, "not_understood") == AlreadyWaiting("angry", asked_at, 2)
    assert desk.conversation(cast.wang).epoch == 0


def test_the_queue_shows_who_waits_how_long_why_and_how_upset(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "到底管不管！")
    desk.finishes(desk.has_turn(), "抱歉", answer={"parse": {"upset": 2}})
    desk.asks_for_person(cast.wang, "angry")
    desk.hears(cast.wang, "人呢")
    desk.clock.turn(minutes=4)
    desk.asks_for_person(cast.zhou)
    with desk.store.read() as session:
        first, second = conversations.waiting_chats(session, desk.clock())
    assert (first.name, first.reason, first.waited) == ("王阿姨", "angry", timedelta(minutes=4))
    assert (first.upset, first.last_text) == (2, "人呢")
    assert (second.name, second.upset, second.last_text) == ("老周", 0, "")


def test_a_takeover_is_written_down_with_who_and_why(desk: DeskAtWork, cast: Cast) -> None:
    desk.asks_for_person(cast.wang)
    assert desk.takes_over(cast.wang, cast.li) == TakenOver(epoch=1)
    taken = desk.conversation(cast.wang)
    assert (taken.mode, taken.owner_id, taken.waiting_since) == (Mode.HUMAN, cast.li.agent_id, None)
    assert _events(desk) == [
        (Mode.BOT, Mode.WAITING, 0, "asked", "bot"),
        (Mode.WAITING, Mode.HUMAN, 1, "taken_over", cast.li.by),
    ]


def test_taking_over_twice_changes_nothing(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    assert desk.takes_over(cast.wang, cast.li) == TakenOver(epoch=1, already=True)
    assert len(_events(desk)) == 1


def test_a_chat_that_another_holds_is_not_talked_into(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    assert desk.takes_over(cast.wang, cast.chen) == HeldByAnother("小李")
    assert desk.replies(cast.chen, cast.wang, "您好") == HeldByAnother("小李")
    assert desk.asks_for_person(cast.wang) == AlreadyWithPerson("小李")
    assert desk.sends_all() == []


@pytest.mark.parametrize("waiting", [False, True])
def test_answering_a_chat_nobody_owns_takes_it_over_and_says_so(
    desk: DeskAtWork, cast: Cast, waiting: bool
) -> None:
    desk.hears(cast.wang, "有人吗")
    if waiting:
        desk.asks_for_person(cast.wang)
    answered = desk.replies(cast.li, cast.wang, "我是小李")
    assert isinstance(answered, Answered)
    assert answered.took_over
    assert (desk.conversation(cast.wang).mode, desk.unhandled(cast.wang)) == (Mode.HUMAN, [])
    again = desk.replies(cast.li, cast.wang, "请说")
    assert isinstance(again, Answered)
    assert not again.took_over
    assert desk.sends_all() == ["我是小李", "请说"]


def test_an_answer_sent_twice_by_the_page_is_there_once(desk: DeskAtWork, cast: Cast) -> None:
    first = desk.replies(cast.li, cast.wang, "我是小李", client_id="c1")
    again = desk.replies(cast.li, cast.wang, "我是小李", client_id="c1")
    assert isinstance(first, Answered)
    assert isinstance(again, Answered)
    assert first.message.id == again.message.id
    assert desk.sends_all() == ["我是小李"]


def test_an_empty_answer_is_refused(desk: DeskAtWork, cast: Cast) -> None:
    with pytest.raises(ValueError, match="words or a file"):
        desk.replies(cast.li, cast.wang, " \n")


def test_what_she_wrote_to_a_person_is_hers_until_answered_or_handed_back(
    desk: DeskAtWork, cast: Cast
) -> None:
    desk.takes_over(cast.wang, cast.li)
    desk.hears(cast.wang, "师傅什么时候来")
    desk.replies(cast.li, cast.wang, "两点")
    assert desk.unhandled(cast.wang) == []
    desk.hears(cast.wang, "谢谢")
    assert desk.unhandled(cast.wang) == ["谢谢"]
    desk.hands_back(cast.wang, cast.li)
    assert (desk.unhandled(cast.wang), desk.claims_turn()) == ([], None)


def test_a_hand_back_opens_a_new_bot_period(desk: DeskAtWork, cast: Cast) -> None:
    desk.asks_for_person(cast.wang)
    desk.takes_over(cast.wang, cast.li)
    assert desk.hands_back(cast.wang, cast.li, "已约周四") == HandedBack(epoch=2, period=2)
    back = desk.conversation(cast.wang)
    assert (back.mode, back.owner_id, back.reason) == (Mode.BOT, None, None)
    assert (back.handback_note, back.period_turns) == ("已约周四", 0)


def test_only_the_owner_hands_back(desk: DeskAtWork, cast: Cast) -> None:
    assert desk.hands_back(cast.wang, cast.li) == NotYours(None)
    desk.takes_over(cast.wang, cast.li)
    assert desk.hands_back(cast.wang, cast.chen) == NotYours("小李")


def test_an_owner_transfers_and_the_epoch_grows(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    assert _transfers(desk, cast, cast.li, cast.chen) == Transferred(epoch=2, agent_name="陈姐")
    assert _events(desk)[-1] == (Mode.HUMAN, Mode.HUMAN, 2, "transferred", cast.li.by)
    assert _transfers(desk, cast, cast.li, cast.li) == NotYours("陈姐")


def test_a_supervisor_may_transfer_for_another(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    assert _transfers(desk, cast, cast.chen, cast.chen) == Transferred(epoch=2, agent_name="陈姐")


def test_nobody_transfers_a_chat_that_nobody_holds(desk: DeskAtWork, cast: Cast) -> None:
    assert _transfers(desk, cast, cast.li, cast.chen) == NotYours(None)


def test_she_needs_no_person_any_more(desk: DeskAtWork, cast: Cast) -> None:
    desk.asks_for_person(cast.wang)
    for expected in (True, False):
        with desk.store.write() as session:
            withdrawn = conversations.withdraw_request(
                session, cast.wang.conversation_id, why="withdrawn", by="bot", now=desk.clock()
            )
        assert withdrawn is expected
    calm = desk.conversation(cast.wang)
    assert (calm.mode, calm.epoch, calm.reason, calm.waiting_since) == (Mode.BOT, 0, None, None)


def test_a_person_who_left_is_no_owner(desk: DeskAtWork, cast: Cast) -> None:
    with desk.store.write() as session, pytest.raises(LookupError):
        conversations.take_over(session, cast.wang.conversation_id, agent_id=999, now=desk.clock())


@pytest.mark.parametrize("old", list(Mode))
@pytest.mark.parametrize("new", list(Mode))
def test_moves_outside_the_table_are_refused(desk: DeskAtWork, cast: Cast, old: Mode, new: Mode) -> None:
    if old is Mode.WAITING:
        desk.asks_for_person(cast.wang)
    if old is Mode.HUMAN:
        desk.takes_over(cast.wang, cast.li)
    before = len(_events(desk))
    owner_id = cast.li.agent_id if new is Mode.HUMAN else None

    def change() -> None:
        with desk.store.write() as session:
            conversation = lock_conversation(session, cast.wang.conversation_id)
            move(session, conversation, new, why="test", by="agent:1", now=desk.clock(), owner_id=owner_id)

    if (old, new) in MOVES:
        change()
        assert desk.conversation(cast.wang).mode is new
        assert len(_events(desk)) == before + 1
    else:
        with pytest.raises(IllegalMove, match=f"from {old} to {new}"):
            change()
        assert len(_events(desk)) == before


def test_back_to_the_queue_the_bot_serves_again_in_a_new_period(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    desk.hears(cast.wang, "人呢")
    with desk.store.write() as session:
        conversation = lock_conversation(session, cast.wang.conversation_id)
        move(session, conversation, Mode.WAITING, why="left", by="clock", now=desk.clock())
    waiting = desk.conversation(cast.wang)
    assert (waiting.period, waiting.epoch, waiting.waiting_since) == (2, 2, desk.clock())
    assert (waiting.owner_id, desk.claims_turn()) == (None, None)


def test_an_agents_late_words_to_a_chat_handed_back_take_it_over_again(desk: DeskAtWork, cast: Cast) -> None:
    desk.takes_over(cast.wang, cast.li)
    desk.hands_back(cast.wang, cast.li)
    desk.hears(cast.wang, "还有一件事")
    reply = desk.answers(desk.has_turn(), "请说")
    answered = desk.replies(cast.li, cast.wang, "我来")
    assert isinstance(answered, Answered)
    assert answered.took_over
    assert desk.state_of(reply) is Delivery.CANCELLED
