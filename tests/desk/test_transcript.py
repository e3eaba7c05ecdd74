"""Messages in and out, in order, once, and one cursor for everything new and changed."""

import pytest

from bot.desk.rows import NoSuchConversation
from bot.desk.talk import transcript
from bot.desk.talk.transcript import NewAttachment
from bot.store.states import Lane, Sender
from tests.support.cast import Cast
from tests.support.desk_at_work import DeskAtWork


def test_a_redelivery_changes_nothing(desk: DeskAtWork, cast: Cast) -> None:
    first = desk.hears(cast.wang, "电梯又坏了", channel_id="web-1")
    with desk.store.write() as session:
        again = transcript.record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id="web-1",
            text="电梯又坏了",
            now=desk.clock.turn(minutes=1),
        )
    assert (again.new, again.message.id, again.message.created_at) == (False, first.id, first.created_at)
    assert len(desk.sees(cast.wang)) == 1


def test_two_residents_may_use_one_channel_id(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "水管漏了", channel_id="1")
    desk.hears(cast.zhou, "我家也漏", channel_id="1")
    assert [message.text for message in desk.sees(cast.zhou)] == ["我家也漏"]


def test_places_grow_by_one_counter_for_each_conversation(desk: DeskAtWork, cast: Cast) -> None:
    said = [desk.hears(cast.wang, text) for text in ("一", "二", "三")]
    assert [message.seq for message in said] == [1, 2, 3]
    assert desk.hears(cast.zhou, "四").seq == 1


def test_a_resident_sees_an_answer_when_the_channel_took_it(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "在吗")
    desk.answers(desk.has_turn(), "在的")
    assert [message.text for message in desk.sees(cast.wang)] == ["在吗"]
    desk.sends_all()
    assert [message.text for message in desk.sees(cast.wang)] == ["在吗", "在的"]


def test_what_changed_comes_again_after_the_cursor(desk: DeskAtWork, cast: Cast) -> None:
    desk.hears(cast.wang, "在吗")
    desk.answers(desk.has_turn(), "在的")
    cursor = desk.sees(cast.wang, as_resident=False)[-1].revision
    desk.sends_all()
    changed = desk.sees(cast.wang, after=cursor)
    assert [message.text for message in changed] == ["在的"]
    assert changed[0].seq < changed[0].revision


def test_reading_is_a_change_the_agent_sees(desk: DeskAtWork, cast: Cast) -> None:
    desk.replies(cast.li, cast.wang, "师傅两点到")
    desk.sends_all()
    cursor = desk.sees(cast.wang)[-1].revision
    with desk.store.write() as session:
        transcript.mark_read(session, cast.wang.conversation_id, up_to=99, now=desk.clock())
    assert desk.sees(cast.wang, after=cursor)[0].read_at == desk.clock()


def test_an_undelivered_message_cannot_be_read(desk: DeskAtWork, cast: Cast) -> None:
    desk.replies(cast.li, cast.wang, "师傅两点到")
    with desk.store.write() as session:
        assert transcript.mark_read(session, cast.wang.conversation_id, up_to=99, now=desk.clock()) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("漏\x00水", "漏\ufffd水"),
        ("漏\ud83d水", "漏\ufffd水"),
        ("\ude00漏水", "\ufffd漏水"),
        ("\ud83d\ude00", "😀"),
        ("", ""),
        ("水" * 20_000, "水" * 20_000),
    ],
)
def test_any_text_can_be_stored(desk: DeskAtWork, cast: Cast, typed: str, kept: str) -> None:
    desk.hears(cast.wang, typed)
    assert desk.sees(cast.wang)[0].text == kept


def test_a_picture_comes_with_its_message(desk: DeskAtWork, cast: Cast) -> None:
    picture = NewAttachment("image/jpeg", 1234, "ab" * 32, name="漏水.jpg", width=800, height=600)
    with desk.store.write() as session:
        transcript.record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id="p",
            text="",
            attachments=[picture],
            now=desk.clock(),
        )
    assert desk.sees(cast.wang)[0].attachments[0].name == "漏水.jpg"
    assert desk.has_turn().attachments == 1


def test_only_the_bots_rows_carry_an_epoch(desk: DeskAtWork, cast: Cast) -> None:
    with desk.store.write() as session, pytest.raises(ValueError, match="epoch"):
        transcript.record_outbound(
            session,
            conversation_id=cast.wang.conversation_id,
            sender=Sender.BOT,
            text="好",
            lane=Lane.BOT,
            epoch=None,
            now=desk.clock(),
        )


def test_nothing_is_recorded_for_a_conversation_that_is_not_there(desk: DeskAtWork) -> None:
    with desk.store.write() as session, pytest.raises(NoSuchConversation):
        transcript.record_inbound(session, conversation_id=999, channel_id="1", text="?", now=desk.clock())
