"""Whatever happens in whatever order: every message is handled once or with a person, and the bot is
silent where a person serves. Hypothesis plays resident, desks, agents, faults and time."""

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import make_url, select

from bot.desk.talk import outbox, turns
from bot.desk.talk.conversations import Answered
from bot.desk.talk.outbox import ClaimedDelivery
from bot.desk.talk.turns import ClaimedTurn, TurnDone
from bot.store.engine import Store
from bot.store.states import Delivery, Mode, Sender, TurnState
from bot.store.tables import Conversation, Message, OutboxRow, Turn
from tests.support.cast import Cast, Colleague, Person, make_cast
from tests.support.clock import HandClock
from tests.support.desk_at_work import LEASE, DeskAtWork
from tests.support.examples import times
from tests.support.postgres import PostgresServer

WHO = st.sampled_from(["wang", "zhou"])
AGENT = st.sampled_from(["li", "chen"])
DESK = st.sampled_from([0, 1])


class OneDay(RuleBasedStateMachine):
    """Two residents, two desks, two agents on one store."""

    store: Store
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.cast, self.store = self.begin()
        self.desks = [DeskAtWork(self.store, self.clock, desk=f"desk-{number}") for number in (1, 2)]
        self.running: list[tuple[int, ClaimedTurn]] = []
        self.sending: list[tuple[int, ClaimedDelivery]] = []
        self.said = 0
        self.claims_of: Counter[int] = Counter()
        self.answered_by_bot: Counter[int] = Counter()

    def begin(self) -> tuple[Cast, Store]:
        raise NotImplementedError

    # --- the resident ---

    @rule(who=WHO, button=st.booleans())
    def writes(self, who: str, button: bool) -> None:
        self.said += 1
        payload = "/affirm" if button else None
        self.desks[0].hears(self._person(who), f"话{self.said}", channel_id=f"m{self.said}", payload=payload)

    @precondition(lambda self: self.said > 0)
    @rule(who=WHO, back=st.integers(0, 3))
    def is_delivered_again(self, who: str, back: int) -> None:
        number = max(1, self.said - back)
        with self.store.read() as session:
            known = session.scalars(
                select(Message.conversation_id).where(Message.channel_id == f"m{number}")
            ).one()
        if known == self._person(who).conversation_id:
            self.desks[1].hears(self._person(who), f"话{number}", channel_id=f"m{number}")

    # --- the desks ---

    @rule(desk=DESK)
    def claims_turn(self, desk: int) -> None:
        turn = self.desks[desk].claims_turn()
        if turn is not None:
            assert self._mode(turn.conversation_id) is not Mode.HUMAN
            self.running.append((desk, turn))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finishes_turn(self, data: st.DataObject) -> None:
        desk, turn = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        outcome = self.desks[desk].finishes(turn, f"答{turn.text}")
        if isinstance(outcome, TurnDone):
            self.answered_by_bot.update(turn.message_ids)
            assert self._mode(turn.conversation_id) is not Mode.HUMAN

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def postpones_turn(self, data: st.DataObject) -> None:
        desk, turn = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        with self.store.write() as session:
            turns.postpone_turn(
                session,
                turn.turn_id,
                desk=self.desks[desk].desk,
                retry_at=self.clock() + timedelta(seconds=10),
                now=self.clock(),
            )

    @rule(desk=DESK)
    def claims_delivery(self, desk: int) -> None:
        delivery = self.desks[desk].claims_delivery()
        if delivery is None:
            return
        self.claims_of[delivery.message_id] += 1
        assert delivery.uncertain == (self.claims_of[delivery.message_id] > 1)
        if delivery.sender is Sender.BOT:
            assert self._mode(delivery.conversation_id) is not Mode.HUMAN, (
                "the bot spoke into a person's chat"
            )
        self.sending.append((desk, delivery))

    @precondition(lambda self: self.sending)
    @rule(data=st.data(), known=st.booleans())
    def ends_delivery(self, data: st.DataObject, known: bool) -> None:
        desk, delivery = self.sending.pop(data.draw(st.integers(0, len(self.sending) - 1)))
        name = self.desks[desk].desk
        with self.store.write() as session:
            if known:
                outbox.mark_sent(session, delivery.message_id, desk=name, now=self.clock())
            else:
                outbox.mark_unknown(session, delivery.message_id, desk=name, error="?", now=self.clock())

    @rule()
    def a_desk_dies(self) -> None:
        self.running = [one for one in self.running if one[0] != 0]
        self.sending = [one for one in self.sending if one[0] != 0]
        self.clock.turn(LEASE + timedelta(seconds=1))

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.clock.turn(seconds=seconds)

    @rule(who=WHO)
    def cuts_period(self, who: str) -> None:
        with self.store.write() as session:
            turns.cut_period_if_long(session, self._person(who).conversation_id, now=self.clock(), cap=2)

    # --- the agents ---

    @rule(who=WHO)
    def asks_for_person(self, who: str) -> None:
        self.desks[0].asks_for_person(self._person(who))

    @rule(who=WHO, agent=AGENT)
    def takes_over(self, who: str, agent: str) -> None:
        self.desks[0].takes_over(self._person(who), self._agent(agent))

    @rule(who=WHO, agent=AGENT)
    def answers(self, who: str, agent: str) -> None:
        person = self._person(who)
        outcome = self.desks[1].replies(self._agent(agent), person, "我来处理")
        if isinstance(outcome, Answered):
            assert self._mode(person.conversation_id) is Mode.HUMAN
            assert self.desks[0].unhandled(person) == []

    @rule(who=WHO, agent=AGENT)
    def hands_back(self, who: str, agent: str) -> None:
        self.desks[1].hands_back(self._person(who), self._agent(agent), "已处理")

    # --- what always holds ---

    @invariant()
    def one_open_turn_a_conversation(self) -> None:
        with self.store.read() as session:
            open_ = session.scalars(
                select(Turn.conversation_id).where(Turn.state.in_((TurnState.RUNNING, TurnState.WAITING)))
            ).all()
        assert len(open_) == len(set(open_))

    @invariant()
    def every_message_is_stored_once_and_has_one_place(self) -> None:
        with self.store.read() as session:
            said = session.scalars(select(Message).where(Message.sender == Sender.RESIDENT)).all()
            places = session.execute(select(Message.conversation_id, Message.seq)).all()
        assert len(said) == self.said
        assert len(places) == len(set(places))

    @invariant()
    def nothing_is_answered_twice_by_the_bot(self) -> None:
        assert max(self.answered_by_bot.values(), default=1) == 1

    @invariant()
    def unhandled_messages_are_with_someone(self) -> None:
        """Not handled yet: to be claimed, in an open turn, or with the person who serves."""
        with self.store.read() as session:
            rows = session.execute(
                select(Message, Turn, Conversation)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .outerjoin(Turn, Turn.id == Message.turn_id)
                .where(Message.sender == Sender.RESIDENT)
            ).all()
        for message, turn, conversation in rows:
            open_turn = turn is not None and turn.state in (TurnState.RUNNING, TurnState.WAITING)
            if message.handled_at is not None:
                assert not open_turn
            elif turn is not None:
                assert open_turn
                assert conversation.mode is not Mode.HUMAN
                assert turn.epoch == conversation.epoch

    @invariant()
    def no_bots_row_waits_in_a_persons_chat(self) -> None:
        with self.store.read() as session:
            waiting = session.execute(
                select(OutboxRow, Conversation)
                .join(Conversation, Conversation.id == OutboxRow.conversation_id)
                .where(OutboxRow.epoch.is_not(None), OutboxRow.state == Delivery.QUEUED)
            ).all()
        for row, conversation in waiting:
            assert (row.epoch, conversation.mode is Mode.HUMAN) == (conversation.epoch, False)

    def teardown(self) -> None:
        """In the end nobody dies any more: everything comes to rest, each message handled once."""
        self.running, self.sending = [], []
        self.clock.turn(minutes=5)
        desk = self.desks[0]
        for _ in range(4 * self.said + 4):
            turn = desk.claims_turn()
            if turn is None:
                break
            assert isinstance(desk.finishes(turn, "答"), TurnDone)
            self.answered_by_bot.update(turn.message_ids)
        desk.sends_all()
        self.nothing_is_answered_twice_by_the_bot()
        for person in (self.cast.wang, self.cast.zhou):
            if self._mode(person.conversation_id) is not Mode.HUMAN:
                assert desk.unhandled(person) == []
        with self.store.read() as session:
            states = set(session.scalars(select(OutboxRow.state)))
        assert states <= {Delivery.SENT, Delivery.UNKNOWN, Delivery.CANCELLED}

    def _person(self, who: str) -> Person:
        person: Person = getattr(self.cast, who)
        return person

    def _agent(self, who: str) -> Colleague:
        colleague: Colleague = getattr(self.cast, who)
        return colleague

    def _mode(self, conversation_id: int) -> Mode:
        with self.store.read() as session:
            return session.get_one(Conversation, conversation_id).mode


def _settings(examples: int) -> settings:
    return settings(
        max_examples=times(examples),
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def test_any_order_on_sqlite(sqlite_url: str) -> None:
    clean = Path(sqlite_url.removeprefix("sqlite:///"))

    class OnSqlite(OneDay):
        def begin(self) -> tuple[Cast, Store]:
            self.folder = TemporaryDirectory()
            path = Path(self.folder.name) / "guanjia.db"
            shutil.copy(clean, path)
            store = Store.at(f"sqlite:///{path}")
            return make_cast(store, now=self.clock()), store

        def teardown(self) -> None:
            super().teardown()
            self.store.close()
            self.folder.cleanup()

    run_state_machine_as_test(OnSqlite, settings=_settings(30))


def test_any_order_on_postgres(postgres: PostgresServer, postgres_url: str) -> None:
    class OnPostgres(OneDay):
        def begin(self) -> tuple[Cast, Store]:
            postgres.empty(make_url(postgres_url).database or "")
            store = Store.at(postgres_url)
            return make_cast(store, now=self.clock()), store

        def teardown(self) -> None:
            super().teardown()
            self.store.close()

    run_state_machine_as_test(OnPostgres, settings=_settings(10))
