"""The outbox: the epoch rule at the instant of sending, lanes, order, leases, faults, resending."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.talk import outbox, transcript
from bot.desk.talk.outbox import NotResendable, Resent
from bot.store.states import Delivery, Lane, Sender
from bot.store.tables import Message, Notice, OutboxRow
from tests.support.cast import Cast, Person
from tests.support.desk_at_work import LEASE, DeskAtWork


@pytest.fixture
def other_desk(desk: DeskAtWork) -> DeskAtWork:
    return DeskAtWork(desk.store, desk.clock, desk="desk-2")


def _writes(
    desk: DeskAtWork, person: Person, text: str, lane: Lane, sender: Sender = Sender.SYSTEM
) -> Message:
    with desk.store.write() as session:
        return transcript.record_outbound(
            session,
            conversation_id=person.conversation_id,
            sender=sender,
            text=text,
            lane=lane,
            epoch=0 if sender is Sender.BOT else None,
            now=desk.clock(),
        )


def _bot_says(desk: DeskAtWork, cast: Cast, text: str = "好") -> Message:
    desk.hears(cast.wang, "在吗")
    return desk.answers(desk.has_turn(), text)


def _fails(desk: DeskAtWork, message: Message, *, permanent: bool) -> bool:
    with desk.store.write() as session:
        return outbox.mark_failed(
            session,
            message.id,
            desk=desk.desk,
            permanent=permanent,
            error="Forbidden: bot was blocked" if permanent else "502",
            retry_at=None if permanent else desk.clock() + timedelta(minutes=1),
            now=desk.clock(),
        )


def test_a_takeover_between_finishing_and_sending_cancels_the_bots_words(
    desk: DeskAtWork, cast: Cast
) -> None:
    message = _bot_says(desk, cast)
    cursor = desk.sees(cast.wang, as_resident=False)[-1].revision
    desk.takes_over(cast.wang, cast.li)
    assert desk.claims_delivery() is None
    assert desk.state_of(message) is Delivery.CANCELLED
    assert [said.id for said in desk.sees(cast.wang, after=cursor, as_resident=False)] == [message.id]


def test_they_stay_cancelled_after_the_hand_back(desk: DeskAtWork, cast: Cast) -> None:
    _bot_says(desk, cast)
    desk.takes_over(cast.wang, cast.li)
    desk.hands_back(cast.wang, cast.li)
    assert desk.sends_all() == []


def test_a_row_that_slipped_past_the_takeover_is_cancelled_when_claimed(desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    desk.takes_over(cast.wang, cast.li)
    with desk.store.write() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.message_id == message.id)).one()
        row.state = Delivery.QUEUED
    assert desk.claims_delivery() is None
    assert desk.state_of(message) is Delivery.CANCELLED


def test_waiting_for_a_person_cancels_nothing(desk: DeskAtWork, cast: Cast) -> None:
    _bot_says(desk, cast)
    desk.asks_for_person(cast.wang)
    assert desk.sends_all() == ["好"]


def test_an_agents_words_go_out_whatever_happens_after_she_wrote_them(desk: DeskAtWork, cast: Cast) -> None:
    desk.replies(cast.li, cast.wang, "师傅两点到")
    desk.hands_back(cast.wang, cast.li)
    desk.takes_over(cast.wang, cast.chen)
    assert desk.sends_all() == ["师傅两点到"]


def test_the_systems_words_go_out_in_every_mode(desk: DeskAtWork, cast: Cast) -> None:
    _writes(desk, cast.wang, "承诺时限将到", Lane.BULK)
    desk.takes_over(cast.wang, cast.li)
    _writes(desk, cast.wang, "请远离电梯门", Lane.EMERGENCY)
    assert desk.sends_all() == ["请远离电梯门", "承诺时限将到"]


def test_lanes_go_in_their_order(desk: DeskAtWork, cast: Cast) -> None:
    for lane in (Lane.BULK, Lane.PEOPLE, Lane.EMERGENCY):
        _writes(desk, cast.wang, lane, lane)
    _writes(desk, cast.zhou, Lane.BOT, Lane.BOT, Sender.BOT)
    assert desk.sends_all() == ["emergency", "people", "bot", "bulk"]


def test_order_is_kept_within_a_lane_of_a_conversation(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    first = _writes(desk, cast.wang, "一", Lane.PEOPLE)
    _writes(desk, cast.wang, "二", Lane.PEOPLE)
    assert desk.has_delivery().text == "一"
    assert other_desk.claims_delivery() is None
    _fails(desk, first, permanent=False)
    assert other_desk.claims_delivery() is None
    desk.clock.turn(minutes=1)
    assert desk.sends_all() == ["一", "二"]


def test_one_residents_stuck_row_holds_nobody_else_back(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    _writes(desk, cast.wang, "一", Lane.PEOPLE)
    _writes(desk, cast.zhou, "老周的", Lane.PEOPLE)
    desk.has_delivery()
    assert other_desk.has_delivery().text == "老周的"


def test_an_emergency_overtakes_a_row_that_is_stuck(desk: DeskAtWork, cast: Cast) -> None:
    _writes(desk, cast.wang, "一", Lane.BULK)
    desk.has_delivery()
    _writes(desk, cast.wang, "请立即撤离", Lane.EMERGENCY)
    assert desk.has_delivery().text == "请立即撤离"


def test_a_permanent_fault_lets_the_next_one_pass_and_tells_the_desk(desk: DeskAtWork, cast: Cast) -> None:
    first = _writes(desk, cast.wang, "一", Lane.PEOPLE)
    _writes(desk, cast.wang, "二", Lane.PEOPLE)
    desk.has_delivery()
    assert _fails(desk, first, permanent=True)
    assert desk.sends_all() == ["二"]
    with desk.store.read() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.kind, notice.conversation_id) == ("delivery_failed", cast.wang.conversation_id)


def test_a_passing_fault_is_tried_again_at_its_time(desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    desk.has_delivery()
    assert _fails(desk, message, permanent=False)
    assert desk.claims_delivery() is None
    desk.clock.turn(minutes=1)
    assert desk.has_delivery().attempts == 2


def test_a_passing_fault_after_a_takeover_is_not_tried_again(desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    desk.has_delivery()
    desk.takes_over(cast.wang, cast.li)
    _fails(desk, message, permanent=False)
    assert desk.state_of(message) is Delivery.CANCELLED


def test_what_a_dead_desk_was_sending_is_taken_up_as_uncertain(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    _bot_says(desk, cast)
    assert not desk.has_delivery().uncertain
    assert other_desk.claims_delivery() is None
    desk.clock.turn(LEASE + timedelta(seconds=1))
    again = other_desk.has_delivery()
    assert (again.uncertain, again.attempts) == (True, 2)


def test_what_a_dead_desk_was_sending_is_unknown_after_a_takeover(
    desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast
) -> None:
    message = _bot_says(desk, cast)
    desk.has_delivery()
    desk.takes_over(cast.wang, cast.li)
    desk.clock.turn(minutes=5)
    assert other_desk.claims_delivery() is None
    assert desk.state_of(message) is Delivery.UNKNOWN


def test_what_was_confirmed_is_never_sent_again(desk: DeskAtWork, other_desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    desk.has_delivery()
    desk.clock.turn(minutes=5)
    other_desk.has_delivery()
    with desk.store.write() as session:
        assert outbox.mark_sent(session, message.id, desk="desk-1", now=desk.clock(), channel_ref="77")
        assert not outbox.mark_sent(session, message.id, desk="desk-2", now=desk.clock())
        assert not outbox.mark_unknown(session, message.id, desk="desk-2", error="?", now=desk.clock())
    assert not _fails(other_desk, message, permanent=False)
    desk.clock.turn(minutes=5)
    assert desk.claims_delivery() is None


def test_an_agent_sees_unknown_and_may_send_it_again(desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    desk.has_delivery()
    with desk.store.write() as session:
        assert outbox.mark_unknown(session, message.id, desk="desk-1", error="timeout", now=desk.clock())
    assert desk.claims_delivery() is None
    desk.takes_over(cast.wang, cast.li)
    with desk.store.write() as session:
        assert outbox.resend(session, message.id, by=cast.li.by, now=desk.clock()) == Resent()
    assert desk.sends_all() == ["好"]


def test_a_cancelled_or_sent_message_is_not_sent_again(desk: DeskAtWork, cast: Cast) -> None:
    sent = _bot_says(desk, cast)
    desk.sends_all()
    cancelled = _bot_says(desk, cast)
    desk.takes_over(cast.wang, cast.li)
    with desk.store.write() as session:
        for message, state in ((sent, Delivery.SENT), (cancelled, Delivery.CANCELLED)):
            outcome = outbox.resend(session, message.id, by=cast.li.by, now=desk.clock())
            assert outcome == NotResendable(state)


def test_a_desk_takes_only_what_its_channels_can_carry(desk: DeskAtWork, cast: Cast) -> None:
    _bot_says(desk, cast)
    assert desk.claims_delivery(channels=["telegram"]) is None
    assert desk.claims_delivery(channels=["telegram", "webchat"]) is not None


def test_buttons_and_address_come_with_the_delivery(desk: DeskAtWork, cast: Cast) -> None:
    with desk.store.write() as session:
        transcript.record_outbound(
            session,
            conversation_id=cast.wang.conversation_id,
            sender=Sender.SYSTEM,
            text="修好了吗",
            lane=Lane.BULK,
            epoch=None,
            buttons=[{"title": "好了", "payload": "/affirm"}],
            now=desk.clock(),
        )
    delivery = desk.has_delivery()
    assert delivery.buttons == [{"title": "好了", "payload": "/affirm"}]
    assert (delivery.address, delivery.sender) == ("visitor-王阿姨", Sender.SYSTEM)


def test_a_fault_without_a_time_for_the_next_try_is_refused(desk: DeskAtWork, cast: Cast) -> None:
    message = _bot_says(desk, cast)
    with desk.store.write() as session, pytest.raises(ValueError, match="next try"):
        outbox.mark_failed(session, message.id, desk="desk-1", permanent=False, error="502", now=desk.clock())
