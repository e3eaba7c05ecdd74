"""Lanes, retries and unknown outcomes, over a channel outside the house that fails as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.talk.conversations import open_conversation
from bot.desk.talk.transcript import record_outbound
from bot.messaging.channels.base import (
    Delivered,
    LengthUnit,
    Limits,
    OutgoingMessage,
    PassingFault,
    PermanentFault,
    UnknownOutcome,
)
from bot.messaging.live import DESK, OUTBOX, Hub
from bot.messaging.sender import Sender, Sending
from bot.messaging.work import StoreWork
from bot.store.engine import Store
from bot.store.states import Delivery, Lane, Mode
from bot.store.states import Sender as Who
from bot.store.tables import Agent, Conversation, Message, Notice, OutboxRow
from tests.support.clock import HandClock

pytestmark = pytest.mark.anyio

PATIENCE = 15.0


@dataclass
class PaperChannel:
    """Letters: what was delivered lies on a pile; outcomes are told beforehand, else it works."""

    idempotent: bool = False
    seconds_per_chat: float = 0.0
    outcomes: list[Exception | UnknownOutcome | Callable[[], None]] = field(default_factory=list)
    pile: list[str] = field(default_factory=list)
    name: str = "paper"
    in_store: bool = False

    @property
    def limits(self) -> Limits:
        return Limits(
            max_length=4096,
            unit=LengthUnit.CHARACTERS,
            window_hours=None,
            answers_per_message=None,
            edits=False,
            buttons=0,
            callback_bytes=None,
            idempotent=self.idempotent,
            history_hours=None,
            may_write_first=True,
            seconds_per_chat=self.seconds_per_chat,
        )

    async def deliver(self, message: OutgoingMessage) -> Delivered | UnknownOutcome:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, UnknownOutcome):
            return outcome
        if outcome is not None:
            outcome()
        self.pile.append(message.text)
        return Delivered(f"paper-{len(self.pile)}")


@dataclass
class PostOffice:
    """A sender at work on a store, and one conversation on paper."""

    store: Store
    clock: HandClock
    channel: PaperChannel
    how: Sending = field(default_factory=lambda: Sending(look_every=0.05, tries=3))
    desk: str = "desk-1"

    def __post_init__(self) -> None:
        self.hub = Hub(desk_id=self.desk)
        with self.store.write() as session:
            opened = open_conversation(session, channel="paper", address="3-2-1201", now=self.clock())
            self.conversation_id = opened.id

    def writes(self, text: str, lane: Lane = Lane.BOT) -> int:
        by_bot = lane in (Lane.BOT, Lane.BULK)
        with self.store.write() as session:
            conversation = session.get_one(Conversation, self.conversation_id)
            message = record_outbound(
                session,
                conversation_id=self.conversation_id,
                sender=Who.BOT if by_bot else Who.SYSTEM,
                text=text,
                lane=lane,
                epoch=conversation.epoch if by_bot else None,
                now=self.clock(),
            )
        self.hub.publish(OUTBOX)
        return message.id

    def row(self, message_id: int) -> OutboxRow:
        with self.store.read() as session:
            return session.scalars(select(OutboxRow).where(OutboxRow.message_id == message_id)).one()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        sender = Sender(
            work=StoreWork(self.store),
            hub=self.hub,
            channels={"paper": self.channel},
            desk_id=self.desk,
            now=self.clock,
            sending=self.how,
        )
        running = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def until(self, message_id: int, *states: Delivery) -> OutboxRow:
        """Wait until the row is in one of the states."""
        return await self.when(message_id, lambda row: row.state in states)

    async def tried(self, message_id: int) -> OutboxRow:
        """Wait until the row failed once and is put off."""
        return await self.when(message_id, lambda row: row.error is not None)

    async def when(self, message_id: int, holds: Callable[[OutboxRow], bool]) -> OutboxRow:
        with self.hub.subscribe(DESK) as news:
            async with asyncio.timeout(PATIENCE):
                while not holds(row := self.row(message_id)):
                    await news.wait(0.2)
        return row


@pytest.fixture
def office(store: Store, clock: HandClock) -> PostOffice:
    return PostOffice(store, clock, PaperChannel())


async def test_lanes_go_out_in_their_order_and_each_keeps_its_own(office: PostOffice) -> None:
    for text, lane in [
        ("通知", Lane.BULK),
        ("答复一", Lane.BOT),
        ("答复二", Lane.BOT),
        ("小李的话", Lane.PEOPLE),
        ("快离开电梯", Lane.EMERGENCY),
    ]:
        last = office.writes(text, lane)
    office.how = Sending(look_every=0.05, at_once=1)
    async with office.at_work():
        await office.until(last, Delivery.SENT)
        await office.until(1, Delivery.SENT)
    assert office.channel.pile == ["快离开电梯", "小李的话", "答复一", "答复二", "通知"]


async def test_what_was_delivered_carries_the_channels_own_id(office: PostOffice) -> None:
    async with office.at_work():
        row = await office.until(office.writes("您好"), Delivery.SENT)
    assert row.channel_ref == "paper-1"
    with office.store.read() as session:
        assert session.get_one(Message, row.message_id).visible


async def test_a_passing_fault_is_tried_again_after_a_while(office: PostOffice) -> None:
    office.channel.outcomes = [PassingFault("503")]
    message_id = office.writes("您好")
    async with office.at_work():
        assert (await office.tried(message_id)).due_at == office.clock() + timedelta(seconds=2)
        assert office.channel.pile == []
        office.clock.turn(seconds=2)
        await office.until(message_id, Delivery.SENT)
    assert office.channel.pile == ["您好"]


async def test_the_channels_own_wish_to_wait_is_kept(office: PostOffice) -> None:
    office.channel.outcomes = [PassingFault("429", retry_after=3600)]
    message_id = office.writes("您好")
    async with office.at_work():
        assert (await office.tried(message_id)).due_at == office.clock() + timedelta(hours=1)


async def test_a_permanent_fault_is_recorded_and_the_desk_is_told(office: PostOffice) -> None:
    office.channel.outcomes = [PermanentFault("blocked by the resident")]
    async with office.at_work():
        row = await office.until(office.writes("您好"), Delivery.FAILED)
    assert row.error == "blocked by the resident"
    with office.store.read() as session:
        assert session.scalars(select(Notice.kind)).all() == ["delivery_failed"]


async def test_tries_come_to_an_end(office: PostOffice) -> None:
    office.channel.outcomes = [PassingFault("down") for _ in range(9)]
    message_id = office.writes("您好")
    async with office.at_work():

        def failed_at_last(row: OutboxRow) -> bool:
            if row.state is Delivery.QUEUED:
                office.clock.turn(minutes=1)
            return row.state is Delivery.FAILED

        await office.when(message_id, failed_at_last)
    assert office.row(message_id).attempts == 3


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.PEOPLE])
async def test_an_unknown_outcome_is_sent_again_where_twice_is_better_than_never(
    office: PostOffice, lane: Lane
) -> None:
    office.channel.outcomes = [UnknownOutcome("timed out")]
    message_id = office.writes("快离开电梯", lane)
    async with office.at_work():
        await office.tried(message_id)
        office.clock.turn(minutes=1)
        await office.until(message_id, Delivery.SENT)


@pytest.mark.parametrize("outcome", [UnknownOutcome("timed out"), RuntimeError("a bug of the channel")])
async def test_an_unknown_outcome_of_the_bot_is_shown_as_unknown(
    office: PostOffice, outcome: UnknownOutcome | RuntimeError
) -> None:
    office.channel.outcomes = [outcome]
    async with office.at_work():
        await office.until(office.writes("您好"), Delivery.UNKNOWN)
    assert office.channel.pile == []


async def test_what_a_dead_desk_was_sending_is_unknown_not_sent_twice(office: PostOffice) -> None:
    from bot.desk.talk.outbox import claim_delivery

    message_id = office.writes("您好")
    with office.store.write() as session:
        lease = timedelta(seconds=60)
        claim_delivery(session, desk="dead", channels=["paper"], now=office.clock(), lease=lease)
    office.clock.turn(seconds=61)
    async with office.at_work():
        await office.until(message_id, Delivery.UNKNOWN)
    assert office.channel.pile == []


async def test_a_person_who_comes_in_during_the_channels_pause_stops_the_bots_row(
    office: PostOffice,
) -> None:
    office.channel.seconds_per_chat = 0.3

    def take_over() -> None:
        with office.store.write() as session:
            conversation = session.get_one(Conversation, office.conversation_id)
            agent = Agent(login="li", name="小李", password_hash="-", created_at=office.clock())
            session.add(agent)
            session.flush()
            conversation.mode, conversation.owner_id = Mode.HUMAN, agent.id
            conversation.epoch += 1

    office.channel.outcomes = [take_over]
    office.writes("通知", Lane.BULK)
    second = office.writes("答复", Lane.BULK)
    async with office.at_work():
        await office.until(second, Delivery.CANCELLED)
    assert office.channel.pile == ["通知"]
