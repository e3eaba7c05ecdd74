"""The group lags, loses topics, moves, refuses; desks restart. The mirror catches up and doubles nothing."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, or_, select

from bot.desk.talk.conversations import answer
from bot.messaging.channels.telegram_staff.groups import bound_group
from bot.store.tables import Conversation, Lease, Notice
from bot.store.telegram_staff_tables import PostState, StaffPost, StaffTopic
from tests.channels.telegram.conftest import StartTelegramDesk, TelegramDesk
from tests.channels.telegram_staff.staff import BOT_ID, PACE, UNHURRIED, StaffDesk, bound
from tests.doubles.telegram.forum_people import RIGHTS, TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


def posts_settled(staff: StaffDesk) -> None:
    """Wait until all topics show all there is."""
    open_ones = select(func.count()).where(StaffPost.state.in_([PostState.QUEUED, PostState.SENDING]))
    behind = (
        select(func.count())
        .select_from(StaffTopic)
        .join(Conversation, Conversation.id == StaffTopic.conversation_id)
        .where(or_(StaffTopic.seen_revision < Conversation.counter, StaffTopic.pinned.is_(False)))
    )
    staff.desk.telegram.until(
        lambda: staff.desk.reads(lambda s: (s.scalar(behind), s.scalar(open_ones))) == (0, 0)
    )


def held_until(staff: StaffDesk, *, seconds: int) -> None:
    """Wait until the group is left alone for so long."""
    until = staff.desk.clock() + timedelta(seconds=seconds)

    def held() -> bool:
        group = staff.desk.reads(lambda s: bound_group(s, BOT_ID))
        return group is not None and group.wait_until == until

    staff.desk.telegram.until(held)


def test_a_deleted_topic_is_made_again_and_goes_on(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.presses(staff.li, "接手", topic)
    staff.shows(topic, "小李接手")
    posts_settled(staff)
    staff.forum.deletes_topic(topic)
    wang.says("人呢？")
    staff.desk.telegram.until(lambda: staff.forum.topics and staff.topic(wang) != topic)
    again = staff.topic(wang)
    text = staff.shows(again, "原话题已被删除", "业主：我家漏水都三天了", "业主：人呢？")
    assert text.count("业主：人呢？") == 1
    staff.forum.says(staff.li, "我在", again)
    staff.desk.telegram.until(lambda: "我在" in wang.texts())
    assert len(staff.forum.topics) == 1


def test_a_topic_closed_by_hand_is_opened_when_she_writes(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.presses(staff.li, "接手", topic)
    staff.forum.closes_topic(staff.chen, topic)
    wang.says("还在吗")
    staff.shows(topic, "还在吗")
    staff.desk.telegram.until(lambda: not staff.forum.topics[topic].closed)


@pytest.fixture
def limited(start: StartTelegramDesk, telegram: FakeTelegram, forum: TelegramForum) -> StaffDesk:
    """The desk with the real limit, at a server that counts the group's messages of a minute."""
    staff = bound(start(pace=UNHURRIED), forum)
    telegram.world.clock = lambda: staff.desk.clock().timestamp()
    telegram.rates = True
    return staff


def test_it_keeps_below_twenty_a_minute_joins_lines_and_says_that_it_lags(
    limited: StaffDesk, telegram: FakeTelegram
) -> None:
    desk = limited.desk
    people = [TelegramPerson(telegram, f"{number}号业主") for number in range(9)]
    telegram.rates = False  # residents may write freely; only the group is measured below
    for person in people:
        person.says("电梯又坏了没人管")
        telegram.until(person.texts)
    telegram.rates = True
    for person in people:
        chat, now = desk.conversation(person), desk.clock()
        desk.writes(
            lambda s, c=chat, n=now: answer(  # type: ignore[misc]
                s, c.id, agent_id=limited.cast.li.agent_id, text="在查", client_id="1", now=n
            )
        )
    for person in people:
        for words in ("一直响", "孩子害怕", "什么时候好"):
            person.says(words)

    def all_there() -> bool:
        desk.clock.turn(seconds=4)
        shown = ["\n".join(limited.forum.texts(thread)) for thread in limited.forum.topics]
        return (
            len(shown) == 9
            and all("什么时候好" in text.split("//", 1)[-1] for text in shown)
            and _posted(desk)
        )

    telegram.until(all_there, seconds=60)
    refused = Counter(code for method, code in telegram.refused)
    assert refused[429] == 0
    texts = limited.forum.texts()
    assert any("群内发言有限速" in text and "以工作台为准" in text for text in texts)
    assert sum("一直响" in text and "孩子害怕" in text for text in texts) >= 8  # joined, not one by one


def _posted(desk: TelegramDesk) -> bool:
    open_ones = select(func.count()).where(StaffPost.state != PostState.SENT)
    return desk.reads(lambda s: s.scalar(open_ones)) == 0


def test_a_429_holds_the_group_as_long_as_telegram_says_and_nothing_is_lost(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    posts_settled(staff)
    telegram = staff.desk.telegram
    fault = telegram.fail("error", code=429, retry_after=90, chat_id=staff.forum.id, times=1)
    wang.says("第一句")
    telegram.until(lambda: fault.times == 0)

    held_until(staff, seconds=90)
    wang.says("第二句")
    before = len(telegram.calls_of("sendMessage"))
    staff.desk.clock.turn(seconds=91)
    text = staff.shows(topic, "第一句", "第二句")
    assert text.count("业主：第一句") == 1
    assert len(telegram.calls_of("sendMessage")) > before


def test_an_answer_that_was_lost_is_sent_again_and_says_so(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    posts_settled(staff)
    staff.desk.telegram.fail("lost_answer", method="sendMessage", chat_id=staff.forum.id)
    wang.says("楼道灯也坏了")
    held_until(staff, seconds=5)
    staff.desk.clock.turn(seconds=10)
    text = staff.shows(topic, "可能重复")
    posts_settled(staff)
    assert text.count("业主：楼道灯也坏了") == 2  # once for certain, and once marked


def test_a_restart_loses_nothing_and_doubles_nothing(
    staff: StaffDesk, topic: int, wang: TelegramPerson, start: StartTelegramDesk
) -> None:
    posts_settled(staff)
    fault = staff.desk.telegram.fail("error", code=500, chat_id=staff.forum.id, times=None)
    for words in ("一楼也漏了", "二楼也漏了", "三楼也漏了"):
        wang.says(words)
    staff.desk.telegram.until(lambda: ("sendmessage", 500) in staff.desk.telegram.refused)
    staff.desk.server.stop()
    assert fault.times is None
    staff.desk.telegram.mend()
    staff.desk.clock.turn(minutes=1)
    again = replace(staff, desk=start("desk-2", pace=PACE))
    text = again.shows(topic, "一楼也漏了", "二楼也漏了", "三楼也漏了")
    posts_settled(again)
    lines = "\n".join(staff.forum.texts(topic)[1:])
    assert [lines.count(f"业主：{floor}楼也漏了") for floor in "一二三"] == [1, 1, 1], text
    assert len(staff.forum.topics) == 1


@pytest.mark.parametrize("start", ["sqlite_url", "postgres_url"], indirect=True)
def test_of_two_desks_one_mirrors_and_the_other_takes_over(
    staff: StaffDesk, topic: int, wang: TelegramPerson, start: StartTelegramDesk
) -> None:
    posts_settled(staff)
    second = start("desk-2", pace=PACE)
    wang.says("两台都开着")
    staff.shows(topic, "两台都开着")
    posts_settled(staff)
    staff.desk.server.stop()
    until_free = select(Lease.name).where(Lease.name == f"telegram:{BOT_ID}", Lease.owner == "desk-2")
    staff.desk.telegram.until(lambda: staff.desk.reads(lambda s: s.scalar(until_free)))
    wang.says("一台停了")
    replace(staff, desk=second).shows(topic, "一台停了")
    lines = "\n".join(staff.forum.texts(topic)[1:])
    assert (lines.count("业主：两台都开着"), lines.count("业主：一台停了")) == (1, 1)


def test_the_group_becomes_another_number(staff: StaffDesk, topic: int, wang: TelegramPerson) -> None:
    posts_settled(staff)
    moved = staff.forum.upgrades(staff.chen, -1002000000777)
    staff.forum = moved
    wang.says("还听得到吗")
    staff.desk.telegram.until(lambda: moved.topics)
    again = staff.topic(wang)
    staff.shows(again, "还听得到吗")
    staff.forum.says(staff.li, "听得到", again)
    staff.desk.telegram.until(lambda: "听得到" in wang.texts())


def test_without_rights_the_desk_is_told_and_the_resident_is_served_all_the_same(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    forum = TelegramForum(telegram, "物业客服", bot_rights=RIGHTS - {"can_manage_topics"})
    staff = bound(start(pace=PACE), forum)
    telegram.until(lambda: any("管理话题" in text for text in forum.texts()))
    kinds = select(Notice.kind)
    telegram.until(lambda: "telegram_staff_fault" in staff.desk.reads(lambda s: s.scalars(kinds).all()))
    wang.says("有人吗")
    telegram.until(wang.texts)
    forum.chat.bot_rights = RIGHTS  # somebody gave it what it needs
    staff.desk.clock.turn(minutes=2)
    staff.wants_person(wang, "asked")
    group = staff.desk.reads(lambda s: bound_group(s, BOT_ID))
    assert group is not None
    assert group.fault is None


def test_a_bot_that_was_put_out_stops_and_the_desk_is_told(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    posts_settled(staff)
    staff.forum.removes_bot(staff.chen)
    kinds = select(Notice.kind)
    staff.desk.telegram.until(
        lambda: "telegram_staff_fault" in staff.desk.reads(lambda s: s.scalars(kinds).all())
    )
    before = len(wang.texts())
    wang.says("在吗")
    staff.desk.telegram.until(lambda: len(staff.desk.heard(wang)) == 2)
    staff.desk.telegram.until(lambda: len(wang.texts()) > before)  # served all the same
    staff.forum.lets_bot_in(staff.chen)
    staff.shows(topic, "业主：在吗")


def test_a_code_binds_one_group_once_and_not_a_group_that_guesses(
    staff: StaffDesk, telegram: FakeTelegram, outsider: TelegramPerson
) -> None:
    other = TelegramForum(telegram, "别人的群", group_id=-1002000000555)
    other.adds_bot(outsider, "nonsense")
    telegram.until(other.texts)  # the short word a group gets
    group = staff.desk.reads(lambda s: bound_group(s, BOT_ID))
    assert group is not None
    assert group.chat_id == staff.forum.id
    assert staff.desk.reads(lambda s: s.scalar(select(func.count()).select_from(StaffTopic))) == 0
