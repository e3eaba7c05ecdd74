"""Agents serve from their group at Telegram: topics, answers, buttons, and what must never happen."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.service.presence import There, there
from bot.desk.talk.conversations import HeldByAnother, answer, take_over
from bot.store.service_tables import ChatEnding, ChatNote, Presence
from bot.store.states import Mode
from bot.store.tables import Attachment, AuditRow, Message
from bot.store.telegram_staff_tables import ASKS_NOTE, StaffPost
from tests.channels.telegram.test_hearing import picture
from tests.channels.telegram_staff.staff import StaffDesk
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson


def test_an_upset_resident_gets_a_topic_that_says_who_why_and_since_when(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    text = staff.shows(
        topic, "王阿姨", "情绪激动", "09:00起", "漏水都三天了", "以工作台为准：https://desk.example"
    )
    assert "138****1234" in text
    assert "13812341234" not in text
    first = staff.forum.in_topic(topic)[0]
    staff.desk.telegram.until(lambda: staff.forum.chat.pinned == [first["message_id"]])
    looks = select(AuditRow.what).where(
        AuditRow.subject == f"conversation:{staff.desk.conversation(wang).id}"
    )
    assert "show_in_staff_group" in staff.desk.reads(lambda session: session.scalars(looks).all())


def test_she_is_taken_over_answered_and_handed_back_with_a_note_the_assistant_knows(
    staff: StaffDesk, topic: int, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    assert "已由您接待" in staff.presses(staff.li, "接手", topic)
    assert staff.mode(wang) is Mode.HUMAN
    staff.shows(topic, "小李接手")
    staff.has_button(topic, "交还助手")
    staff.forum.says(staff.li, "王阿姨您好，我是小李，李工明早九点上门", topic)
    staff.desk.telegram.until(lambda: "王阿姨您好，我是小李，李工明早九点上门" in wang.texts())
    wang.says("好的，别再放我鸽子")
    staff.shows(topic, "业主：好的，别再放我鸽子")
    assert "我是小李" not in "\n".join(staff.forum.texts(topic)[1:])  # she reads her own words already
    staff.presses(staff.li, "交还助手", topic)
    staff.shows(topic, "小李，请“回复”本条")
    asked = staff.forum.in_topic(topic)[-1]["message_id"]
    staff.desk.telegram.until(lambda: asked in staff.desk.reads(asked_for_note))
    staff.forum.says(staff.li, "李工明早九点上门，已答应", topic, reply_to=asked)
    staff.desk.telegram.until(lambda: staff.mode(wang) is Mode.BOT)
    assert staff.desk.conversation(wang).handback_note == "李工明早九点上门，已答应"
    staff.desk.telegram.until(lambda: staff.forum.topics[topic].closed)
    before = len(wang.texts())
    wang.says("谢谢")
    staff.desk.telegram.until(lambda: len(wang.texts()) > before)  # the assistant answers again
    assert staff.said_by_people(wang) == ["王阿姨您好，我是小李，李工明早九点上门"]
    ended = staff.desk.reads(lambda session: session.scalars(select(ChatEnding)).one())
    assert (ended.agent_id, ended.reason) == (staff.cast.li.agent_id, "answered")


def test_a_note_that_was_asked_for_never_reaches_the_resident(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.presses(staff.li, "接手", topic)
    staff.has_button(topic, "交还助手")
    staff.presses(staff.li, "交还助手", topic)
    staff.shows(topic, "小李，请“回复”本条")
    first = staff.forum.in_topic(topic)[-1]["message_id"]
    staff.presses(staff.li, "交还助手", topic)  # once more, and 陈姐 presses what was not for her
    staff.desk.telegram.until(lambda: "\n".join(staff.forum.texts(topic)).count("请“回复”本条") == 2)
    assert "没有交还" in staff.presses(staff.chen, "不写备注，直接交还", topic)
    staff.desk.telegram.until(lambda: first in staff.desk.reads(asked_for_note))
    staff.forum.says(staff.li, "她很生气，说话慢一点", topic, reply_to=first)
    staff.desk.telegram.until(lambda: staff.mode(wang) is Mode.BOT)
    assert staff.desk.conversation(wang).handback_note == "她很生气，说话慢一点"
    assert staff.said_by_people(wang) == []


def asked_for_note(session: Session) -> Sequence[int | None]:
    """Telegram's numbers of the questions for a note."""
    return session.scalars(select(StaffPost.telegram_id).where(StaffPost.kind == ASKS_NOTE)).all()


def test_an_answer_to_a_chat_nobody_owns_takes_it_over_first(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.forum.says(staff.li, "您好，我来帮您", topic)
    staff.desk.telegram.until(lambda: "您好，我来帮您" in wang.texts())
    chat = staff.desk.conversation(wang)
    assert (chat.mode, chat.owner_id) == (Mode.HUMAN, staff.cast.li.agent_id)
    staff.shows(topic, "小李接手")
    presence = staff.desk.reads(lambda session: session.get(Presence, staff.cast.li.agent_id))
    estate = staff.desk.server.desk.estate
    assert there(presence, estate=estate, now=staff.desk.clock.turn(minutes=2)) is There.ONLINE
    assert there(presence, estate=estate, now=staff.desk.clock.turn(minutes=5)) is There.OFFLINE


def test_a_photo_and_a_voice_message_reach_her_and_are_kept(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.forum.sends_photo(staff.li, picture("blue"), topic, caption="是这个阀门吗")
    staff.forum.sends_voice(staff.li, b"OggS" + b"\0" * 40, topic)
    staff.desk.telegram.until(lambda: any("photo" in one for one in wang.sees()))
    staff.desk.telegram.until(lambda: any("voice" in one for one in wang.sees()))
    assert "是这个阀门吗" in wang.texts()
    wanted = select(Attachment.media_type).join(Message).where(Message.agent_id == staff.cast.li.agent_id)
    kept = staff.desk.reads(lambda session: session.scalars(wanted).all())
    assert sorted(kept) == ["audio/ogg", "image/jpeg"]


def test_her_photo_and_voice_are_seen_in_the_topic(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.presses(staff.li, "接手", topic)
    wang.sends_photo(picture(), caption="你看漏成这样")
    wang.sends_voice(b"OggS" + b"\0" * 40)
    staff.shows(topic, "你看漏成这样")
    staff.desk.telegram.until(lambda: any("photo" in one for one in staff.forum.in_topic(topic)))
    staff.desk.telegram.until(lambda: any("voice" in one for one in staff.forum.in_topic(topic)))


def test_what_a_colleague_writes_in_the_workspace_stands_in_the_topic(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    chat, li, now = staff.desk.conversation(wang), staff.cast.li.agent_id, staff.desk.clock()
    staff.desk.writes(
        lambda s: answer(s, chat.id, agent_id=li, text="我在电脑上回复您", client_id="1", now=now)
    )
    staff.shows(topic, "小李：我在电脑上回复您")


def test_an_unbound_person_is_refused_and_nothing_reaches_her(
    staff: StaffDesk, topic: int, wang: TelegramPerson, outsider: TelegramPerson
) -> None:
    staff.forum.says(outsider, "我这就上去看看", topic)
    staff.forum.says(outsider, "马上到", topic)
    text = staff.shows(topic, "没有绑定客服账号", str(outsider.id))
    assert text.count("没有绑定客服账号") == 1
    assert "没有绑定" in staff.presses(outsider, "接手", topic)
    assert staff.said_by_people(wang) == []
    assert staff.mode(wang) is Mode.WAITING
    assert not any("我这就上去" in said or "马上到" in said for said in wang.texts())


def test_of_two_agents_one_gets_it_and_the_other_is_told(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    first, second = (staff.forum.presses(one, "接手", topic) for one in (staff.li, staff.chen))
    words = [
        str(staff.desk.telegram.until(lambda q=query, p=person: p.told(q))["text"])  # type: ignore[misc]
        for person, query in ((staff.li, first), (staff.chen, second))
    ]
    assert ["已由您接待" in word for word in words] == [True, False]
    assert "小李已经在接待" in words[1]
    staff.forum.says(staff.chen, "我来说两句", topic)
    staff.shows(topic, "没有发给业主", "由小李接待")
    assert staff.said_by_people(wang) == []


def test_the_workspace_was_quicker(staff: StaffDesk, topic: int, wang: TelegramPerson) -> None:
    chat, now = staff.desk.conversation(wang), staff.desk.clock()
    staff.desk.writes(lambda s: take_over(s, chat.id, agent_id=staff.cast.chen.agent_id, now=now))
    staff.forum.says(staff.li, "您好我是小李", topic)
    staff.shows(topic, "没有发给业主", "由陈姐接待")
    staff.shows(topic, "接待：陈姐")
    assert staff.said_by_people(wang) == []


def test_telegram_was_quicker(staff: StaffDesk, topic: int, wang: TelegramPerson) -> None:
    staff.presses(staff.li, "接手", topic)
    chat, now = staff.desk.conversation(wang), staff.desk.clock()
    outcome = staff.desk.writes(
        lambda s: answer(s, chat.id, agent_id=staff.cast.chen.agent_id, text="我来", client_id="9", now=now)
    )
    assert outcome == HeldByAnother("小李")


def test_the_assistant_says_nothing_more_once_she_has_it(
    staff: StaffDesk, topic: int, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    staff.presses(staff.li, "接手", topic)
    before = wang.texts()
    wang.says("还是没人来")
    staff.shows(topic, "还是没人来")
    staff.forum.says(staff.li, "我马上催", topic)
    staff.desk.telegram.until(lambda: "我马上催" in wang.texts())
    assert wang.texts() == [*before, "我马上催"]


def test_a_note_for_colleagues_stays_in_the_house(staff: StaffDesk, topic: int, wang: TelegramPerson) -> None:
    staff.forum.says(staff.li, "//上次也是这家，漏水点在主管", topic)
    staff.forum.says(staff.li, "/note 请张工带上测漏仪", topic)
    staff.shows(topic, "已记为内部备注")
    notes = staff.desk.reads(lambda s: s.scalars(select(ChatNote.text).order_by(ChatNote.id)).all())
    staff.desk.telegram.until(
        lambda: len(staff.desk.reads(lambda s: s.scalars(select(ChatNote.text)).all())) == 2
    )
    assert notes[0] == "上次也是这家，漏水点在主管"
    assert staff.said_by_people(wang) == []
    assert staff.mode(wang) is Mode.WAITING


def test_an_edited_answer_is_told_to_be_too_late_and_hers_is_shown(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    number = staff.forum.says(staff.li, "李工八点到", topic)
    staff.desk.telegram.until(lambda: "李工八点到" in wang.texts())
    staff.forum.edits(staff.li, number, "李工九点到")
    staff.shows(topic, "业主收到的仍是修改前的话")
    assert staff.said_by_people(wang) == ["李工八点到"]
    hers = wang.says("门口有人吗")
    staff.shows(topic, "门口有人吗")
    wang.edits(hers, "门口有快递吗")
    staff.shows(topic, "业主（更正）：门口有快递吗")


def test_a_sticker_or_an_unknown_command_reaches_nobody(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.forum.sends(staff.li, {"location": {"latitude": 31.0, "longitude": 121.0}}, topic)
    staff.shows(topic, "只能转发文字")
    staff.forum.says(staff.li, "/repair 厨房", topic)
    staff.shows(topic, "没有这个命令")
    assert staff.said_by_people(wang) == []


def test_an_old_button_and_a_forged_one_do_nothing(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    shown = staff.forum.in_topic(topic)[0]
    for data in ("staff:take:99", "staff:take:", "staff:away:1", "staff:", "page:1", "staff:take:１"):
        query = staff.li.presses_data(data, shown)
        told = staff.desk.telegram.until(lambda q=query: staff.li.told(q))  # type: ignore[misc]
        assert "失效" in str(told)
    assert staff.mode(wang) is Mode.WAITING


def test_closing_ends_it_as_solved(staff: StaffDesk, topic: int, wang: TelegramPerson) -> None:
    staff.presses(staff.li, "接手", topic)
    staff.has_button(topic, "结束")
    assert "没有交还：这个会话由小李接待" in staff.presses(staff.chen, "结束", topic)
    assert "已结束接待" in staff.presses(staff.li, "结束", topic)
    assert staff.mode(wang) is Mode.BOT
    ended = staff.desk.reads(lambda session: session.scalars(select(ChatEnding)).one())
    assert ended.reason == "solved"


def test_she_comes_back_and_the_same_topic_is_opened_again(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.presses(staff.li, "接手", topic)
    staff.has_button(topic, "结束")
    staff.presses(staff.li, "结束", topic)
    staff.desk.telegram.until(lambda: staff.forum.topics[topic].closed)
    wang.says("又漏了！")
    assert staff.wants_person(wang, "asked") == topic
    staff.shows(topic, "又漏了！", "等待人工（要求转人工）")
    assert not staff.forum.topics[topic].closed
    assert len(staff.forum.topics) == 1


def test_what_is_written_in_general_or_by_the_way_concerns_nobody(
    staff: StaffDesk, topic: int, wang: TelegramPerson
) -> None:
    staff.forum.says(staff.li, "大家中午吃什么")
    staff.forum.says(staff.li, "我来了", topic)
    staff.desk.telegram.until(lambda: "我来了" in wang.texts())
    assert staff.said_by_people(wang) == ["我来了"]
