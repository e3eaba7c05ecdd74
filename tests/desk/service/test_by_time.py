"""The chats by time, on both databases: offered, passed on, returned, called out, closed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.desk.service.presence import choose
from bot.store.engine import Store
from bot.store.service_tables import ChatOffer, Chosen, OfferEnd, Presence, ServiceCall
from bot.store.states import Mode, Sender
from bot.store.tables import Message, Notice
from tests.desk.service.conftest import Beat, Turn
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock
from tests.support.desk_at_work import DeskAtWork


def offers(store: Store) -> list[tuple[int, OfferEnd | None]]:
    with store.read() as session:
        return [
            (one.agent_id, one.outcome) for one in session.scalars(select(ChatOffer).order_by(ChatOffer.id))
        ]


def told(store: Store, person: Person) -> list[str]:
    with store.read() as session:
        wanted = select(Message.reply_key).where(
            Message.conversation_id == person.conversation_id, Message.sender == Sender.SYSTEM
        )
        return [key or "" for key in session.scalars(wanted.order_by(Message.seq))]


def notices(store: Store) -> list[tuple[str, int | None]]:
    with store.read() as session:
        return [(one.kind, one.agent_id) for one in session.scalars(select(Notice).order_by(Notice.id))]


def test_a_waiting_chat_is_kept_for_her_then_for_the_supervisor(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    beat(cast.li, cast.chen)
    desk.asks_for_person(cast.wang)
    assert turn().nap.total_seconds() <= 15
    assert offers(store) == [(cast.li.agent_id, None)]
    clock.turn(seconds=45)
    beat(cast.li, cast.chen)
    turn()
    assert offers(store) == [(cast.li.agent_id, OfferEnd.PASSED), (cast.chen.agent_id, None)]
    desk.takes_over(cast.wang, cast.chen)
    assert offers(store)[1] == (cast.chen.agent_id, OfferEnd.TAKEN)


def test_a_colleague_may_be_quicker_than_the_one_it_is_kept_for(
    desk: DeskAtWork, store: Store, cast: Cast, turn: Turn, beat: Beat
) -> None:
    beat(cast.li)
    desk.asks_for_person(cast.wang)
    turn()
    desk.takes_over(cast.wang, cast.chen)
    assert offers(store) == [(cast.li.agent_id, OfferEnd.ELSEWHERE)]


def test_whoever_lets_two_pass_is_away_and_told_so(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    beat(cast.li)
    for person in (cast.wang, cast.zhou):
        desk.asks_for_person(person)
    turn()
    clock.turn(seconds=45)
    beat(cast.li)
    turn()
    with store.read() as session:
        assert session.get_one(Presence, cast.li.agent_id).chosen is Chosen.AWAY
    assert ("set_away", cast.li.agent_id) in notices(store)
    with store.write() as session:
        choose(session, cast.li.agent_id, Chosen.ONLINE, by=cast.li.by, now=clock())
    clock.turn(minutes=2)
    beat(cast.li)
    turn()
    assert [outcome for _, outcome in offers(store)] == [OfferEnd.PASSED, OfferEnd.PASSED, None, None]


@pytest.mark.parametrize(("heard", "why", "minutes"), [(False, "owner_gone", 1.5), (True, "owner_silent", 3)])
def test_a_chat_does_not_stay_with_somebody_gone_or_silent(
    desk: DeskAtWork,
    store: Store,
    cast: Cast,
    clock: HandClock,
    turn: Turn,
    beat: Beat,
    heard: bool,
    why: str,
    minutes: float,
) -> None:
    beat(cast.li)
    desk.replies(cast.li, cast.wang, "您好，我是小李")
    asked = desk.hears(cast.wang, "师傅几点来？")
    clock.turn(minutes=minutes)
    beat(*([cast.li] if heard else []), cast.chen)
    turn()
    chat = desk.conversation(cast.wang)
    assert (chat.mode, chat.reason, chat.owner_id) == (Mode.WAITING, why, None)
    assert chat.waiting_since == asked.created_at  # she keeps the place of the message nobody answered
    assert told(store, cast.wang) == ["utter_returned_to_queue"]
    assert ("chat_returned", cast.li.agent_id) in notices(store)
    turn()
    assert offers(store)[-1] == ((cast.li if heard else cast.chen).agent_id, None)


def test_an_answer_at_the_last_moment_keeps_the_chat(
    desk: DeskAtWork, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    desk.replies(cast.li, cast.wang, "您好，我是小李")
    desk.hears(cast.wang, "师傅几点来？")
    clock.turn(minutes=2, seconds=59)
    beat(cast.li)
    desk.replies(cast.li, cast.wang, "下午三点")
    clock.turn(minutes=5)
    beat(cast.li)
    turn()
    assert desk.conversation(cast.wang).mode is Mode.HUMAN


def test_a_chat_nobody_takes_is_called_out_and_the_resident_hears_how_things_stand(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock, turn: Turn
) -> None:
    desk.asks_for_person(cast.wang)
    clock.turn(seconds=60)
    turn()
    with store.read() as session:
        assert [(one.step, one.device) for one in session.scalars(select(ServiceCall))] == [(0, "desk")]
    assert ("chat_untaken", None) in notices(store)
    clock.turn(minutes=4)
    for _ in range(3):
        turn()
    assert told(store, cast.wang) == ["utter_still_waiting"]


def test_a_quiet_chat_is_closed_after_a_word_and_the_next_message_finds_the_assistant(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    desk.replies(cast.li, cast.wang, "已经派人了")
    clock.turn(minutes=20)
    beat(cast.li)
    turn()
    clock.turn(minutes=10)
    beat(cast.li)
    turn()
    assert told(store, cast.wang) == ["utter_idle_warning", "utter_idle_closed"]
    assert desk.conversation(cast.wang).mode is Mode.BOT
    desk.hears(cast.wang, "又有事了")
    assert desk.has_turn().text == "又有事了"


def test_whoever_answers_the_word_before_closing_is_served_on(
    desk: DeskAtWork, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    desk.replies(cast.li, cast.wang, "已经派人了")
    clock.turn(minutes=20)
    turn()
    desk.hears(cast.wang, "还有，门禁卡怎么办")
    desk.replies(cast.li, cast.wang, "带身份证来前台")
    clock.turn(minutes=10)
    beat(cast.li)
    turn()
    assert desk.conversation(cast.wang).mode is Mode.HUMAN


def test_two_desks_that_look_at_once_offer_once_and_say_everything_once(
    desk: DeskAtWork, store: Store, cast: Cast, clock: HandClock, turn: Turn, beat: Beat
) -> None:
    beat(cast.li, cast.chen)
    for person in (cast.wang, cast.zhou, cast.stranger):
        desk.asks_for_person(person)
    with ThreadPoolExecutor(4) as desks:
        list(desks.map(lambda number: turn(f"desk-{number % 2}"), range(6)))
    turn()
    assert sorted(agent for agent, _ in offers(store)) == [cast.li.agent_id] * 3
    clock.turn(minutes=6)
    with ThreadPoolExecutor(4) as desks:
        list(desks.map(lambda number: turn(f"desk-{number % 2}"), range(6)))
    turn("desk-0")
    turn("desk-1")
    for person in (cast.wang, cast.zhou, cast.stranger):
        assert told(store, person) == ["utter_still_waiting"]
