"""Several desks, agents and browsers at the same moment: real threads on both databases."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import func, select

from bot.desk.people import agents, notices
from bot.desk.people.agents import Throttled, WrongLogin
from bot.desk.people.throttle import LOGIN_TRIES
from bot.desk.talk import conversations, effects, outbox, transcript
from bot.desk.talk.conversations import Answered, HeldByAnother
from bot.store.states import Delivery, Lane, Sender
from bot.store.tables import AuditRow, Conversation, Message, OutboxRow, Turn
from tests.support.at_once import at_once
from tests.support.cast import Cast, Person
from tests.support.desk_at_work import CHANNELS, LEASE, DeskAtWork


def _desks(desk: DeskAtWork, number: int) -> list[DeskAtWork]:
    return [DeskAtWork(desk.store, desk.clock, desk=f"desk-{place}") for place in range(1, number + 1)]


def _until_none(step: Callable[[], Any]) -> list[Any]:
    done = []
    while (one := step()) is not None:
        done.append(one)
    return done


def _queues(desk: DeskAtWork, person: Person, texts: list[str], sender: Sender = Sender.SYSTEM) -> None:
    for text in texts:
        with desk.store.write() as session:
            transcript.record_outbound(
                session,
                conversation_id=person.conversation_id,
                sender=sender,
                text=text,
                lane=Lane.BOT,
                epoch=0 if sender is Sender.BOT else None,
                now=desk.clock(),
            )


def test_desks_that_claim_turns_at_once_share_them_out(desk: DeskAtWork, cast: Cast) -> None:
    people = (cast.wang, cast.zhou, cast.stranger)
    for number in range(4):
        for person in people:
            desk.hears(person, f"第{number}条")
    claimed = at_once(*(partial(_until_none, each.claims_turn) for each in _desks(desk, 4)))
    turns = [turn for several in claimed for turn in several]
    assert sorted(turn.conversation_id for turn in turns) == sorted(p.conversation_id for p in people)
    assert all(turn.text == "第0条\n第1条\n第2条\n第3条" for turn in turns)


def test_every_message_is_in_one_turn_while_desks_and_residents_work_at_once(
    desk: DeskAtWork, cast: Cast
) -> None:
    people, done = (cast.wang, cast.zhou), threading.Event()

    def write(person: Person) -> None:
        talker = DeskAtWork(desk.store, desk.clock, desk=f"browser-{person.conversation_id}")
        for number in range(12):
            talker.hears(person, str(number))

    def write_all() -> None:
        at_once(*(partial(write, person) for person in people))
        done.set()

    def work(each: DeskAtWork) -> None:
        while True:
            last_round = done.is_set()
            turn = each.claims_turn()
            if turn is not None:
                each.finishes(turn, turn.text)
            elif last_round:
                return

    at_once(write_all, *(partial(work, each) for each in _desks(desk, 3)))
    with desk.store.read() as session:
        for person in people:
            answers = session.scalars(
                select(Message.text)
                .where(Message.conversation_id == person.conversation_id, Message.sender == Sender.BOT)
                .order_by(Message.seq)
            )
            assert "\n".join(answers).split("\n") == [str(number) for number in range(12)]
        assert session.scalar(select(func.count()).select_from(Turn).where(Turn.attempts > 1)) == 0


def test_two_desks_claiming_deliveries_at_once_send_each_row_once_in_order(
    desk: DeskAtWork, cast: Cast
) -> None:
    for person in (cast.wang, cast.zhou):
        _queues(desk, person, [f"{person.conversation_id}-{number}" for number in range(8)])
    sent: list[str] = []
    lock = threading.Lock()

    def send(each: DeskAtWork) -> None:
        # None may only mean that the other desk is sending the rows before: go on until all is out.
        while len(sent) < 16:
            with desk.store.write() as session:
                delivery = outbox.claim_delivery(
                    session, desk=each.desk, channels=CHANNELS, now=desk.clock(), lease=LEASE
                )
            if delivery is None:
                continue
            with lock:
                sent.append(delivery.text)
            with desk.store.write() as session:
                outbox.mark_sent(session, delivery.message_id, desk=each.desk, now=desk.clock())

    at_once(*(partial(send, each) for each in _desks(desk, 2)))
    assert max(Counter(sent).values()) == 1
    for person in (cast.wang, cast.zhou):
        mine = [text for text in sent if text.startswith(f"{person.conversation_id}-")]
        assert mine == [f"{person.conversation_id}-{number}" for number in range(8)]


def test_no_bots_row_is_claimed_once_a_takeover_is_done(desk: DeskAtWork, cast: Cast) -> None:
    _queues(desk, cast.wang, [str(number) for number in range(20)], Sender.BOT)
    taken = threading.Event()

    def take() -> None:
        desk.takes_over(cast.wang, cast.li)
        taken.set()

    def send(each: DeskAtWork) -> list[str]:
        too_late: list[str] = []
        while True:
            was_taken = taken.is_set()
            sent = each.claims_delivery()
            if sent is None and was_taken:
                return too_late
            if sent is not None:
                if was_taken:
                    too_late.append(sent.text)
                with desk.store.write() as session:
                    outbox.mark_sent(session, sent.message_id, desk=each.desk, now=desk.clock())

    outcomes = at_once(*(partial(send, each) for each in _desks(desk, 2)), take)
    assert outcomes == [[], [], None]
    with desk.store.read() as session:
        states = Counter(session.scalars(select(OutboxRow.state)))
    assert set(states) <= {Delivery.SENT, Delivery.CANCELLED}
    assert states.total() == 20


def test_a_message_delivered_by_the_channel_several_times_at_once_is_stored_once(
    desk: DeskAtWork, cast: Cast
) -> None:
    messages = at_once(*[partial(desk.hears, cast.wang, "电梯坏了", channel_id="web-1")] * 6)
    assert len({message.id for message in messages}) == 1
    assert len(desk.sees(cast.wang)) == 1


def test_one_address_opened_at_once_is_one_conversation(desk: DeskAtWork, cast: Cast) -> None:
    def open_it() -> int:
        with desk.store.write() as session:
            opened = conversations.open_conversation(
                session, channel="webchat", address="new", now=desk.clock()
            )
            return opened.id

    assert len(set(at_once(*[open_it] * 6))) == 1
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).where(Conversation.address == "new")) == 1


def test_of_two_agents_who_answer_at_once_one_gets_the_chat(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "有人吗")
    outcomes = at_once(
        partial(desk.replies, cast.li, cast.wang, "我是小李", "a"),
        partial(desk.replies, cast.chen, cast.wang, "我是陈姐", "b"),
    )
    assert {type(outcome) for outcome in outcomes} == {Answered, HeldByAnother}
    assert len(desk.sends_all()) == 1


def test_an_action_run_by_several_desks_at_once_has_one_effect(desk: DeskAtWork, cast: Cast) -> None:
    def act(number: int) -> dict[str, Any]:
        with desk.store.write() as session:

            def do() -> dict[str, Any]:
                session.add(AuditRow(by="bot", what="open_case", subject="case", at=desk.clock()))
                return {"by": number}

            return effects.once(session, turn_key="t", action="open_case", ordinal=0, now=desk.clock(), do=do)

    results = at_once(*(partial(act, number) for number in range(6)))
    assert all(result == results[0] for result in results)
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).where(AuditRow.what == "open_case")) == 1


def test_a_notice_given_at_once_is_there_once(desk: DeskAtWork, cast: Cast) -> None:
    def tell() -> bool:
        with desk.store.write() as session:
            return notices.give_notice(session, key="promise:1", kind="promise_near", now=desk.clock())

    assert sorted(at_once(*[tell] * 6)) == [False] * 5 + [True]


def test_guesses_made_at_once_are_counted_one_by_one(desk: DeskAtWork, cast: Cast) -> None:
    def guess() -> object:
        with desk.store.read() as session:
            known = agents.look_up(session, login="xiaoli", address="10.0.0.7", now=desk.clock())
        if isinstance(known, Throttled):
            return known
        tried = known.try_password("guess")
        with desk.store.write() as session:
            return agents.sign_in(session, tried, address="10.0.0.7", now=desk.clock())

    outcomes = at_once(*[guess] * (LOGIN_TRIES + 3))
    assert [type(outcome) for outcome in outcomes].count(WrongLogin) == LOGIN_TRIES
    assert [type(outcome) for outcome in outcomes].count(Throttled) == 3
