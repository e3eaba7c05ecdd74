"""One message through the house, and several at once: claimed, asked about, answered, sent."""

import pytest
from sqlalchemy import select

from bot.store.engine import Store
from bot.store.states import TurnState
from bot.store.tables import Conversation, Message, Turn
from tests.doubles.rasa.fake import FakeRasa, echo
from tests.support.clock import HandClock
from tests.support.desk_server import OPERATOR, DeskServer
from tests.support.visitor import Visitor


def test_a_message_is_stored_understood_and_answered(wang: Visitor, rasa: FakeRasa) -> None:
    stored = wang.says("电梯坏了")
    assert (stored["from"], stored["state"]) == ("resident", "sent")
    assert "收到：电梯坏了" in wang.hears("收到")
    assert rasa.texts() == ["电梯坏了"]


def test_the_first_answer_says_that_it_is_an_assistant_and_the_next_does_not(wang: Visitor) -> None:
    wang.says("电梯坏了")
    assert "智能助手" in wang.hears("收到：电梯坏了")
    wang.says("三楼的灯也坏了")
    assert "智能助手" not in wang.hears("收到：三楼的灯也坏了")


def test_rasa_is_told_what_the_desk_knows(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("电梯坏了")
    wang.hears("收到")
    call = rasa.calls[0]
    facts = call["metadata"]
    assert call["conversation"] == f"c{wang.conversation}-p1"
    assert facts["turn"] == call["turn"]
    assert facts["conversation_id"] == wang.conversation
    assert facts["resident"]["name"] == "王阿姨"
    assert (facts["mode"], facts["first_turn"], facts["attachments"]) == ("bot", True, 0)
    assert set(facts["escalation"]) >= {"now", "if_not_understood", "if_angry"}


def test_a_verified_home_is_among_the_facts(server: DeskServer, store: Store, rasa: FakeRasa) -> None:
    from bot.store.tables import Household

    with store.write() as session:
        session.add(Household(key="3-2-1201", building="3", unit="2", room="1201"))
    wang = Visitor(server.url, operator=OPERATOR, resident="王阿姨", home="3-2-1201")
    wang.says("电梯坏了")
    wang.hears("收到")
    assert rasa.calls[0]["metadata"]["resident"]["homes"] == [{"key": "3-2-1201", "verified": True}]


def test_parse_and_mood_are_written_on_the_message(wang: Visitor, store: Store) -> None:
    wang.says("电梯又坏了！")
    wang.hears("收到")
    with store.read() as session:
        message = session.scalars(select(Message).where(Message.text == "电梯又坏了！")).one()
        assert message.upset == 2
        assert message.parse is not None
        assert message.parse["intent"] == "repair"


def test_what_arrives_while_a_turn_runs_is_the_next_turn_together(
    wang: Visitor, rasa: FakeRasa, store: Store
) -> None:
    rasa.fail("slow", times=1)
    wang.says("电梯坏了")
    assert rasa.hanging.wait(10)
    wang.says("三楼")
    wang.says("催一下！")
    rasa.mend()
    wang.hears("催一下")
    assert [call["text"] for call in rasa.calls] == ["电梯坏了", "三楼\n催一下！"]
    wang.until_idle()
    with store.read() as session:
        moods = session.scalars(select(Message.upset).where(Message.upset.is_not(None)).order_by(Message.id))
        assert moods.all() == [0, 0, 2]


def test_many_conversations_are_served_at_once(server: DeskServer, rasa: FakeRasa) -> None:
    rasa.fail("slow", where="慢")
    slow = Visitor(server.url, operator=OPERATOR)
    quick = Visitor(server.url, operator=OPERATOR)
    slow.says("慢")
    assert rasa.hanging.wait(10)
    quick.says("快")
    quick.hears("收到：快")
    rasa.mend()
    slow.hears("收到：慢")


def test_a_pressed_button_reaches_rasa_as_its_payload(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("选择")
    wang.hears("请选择")
    assert wang.presses("/affirm").status_code == 201
    wang.hears("收到：/affirm")
    pressed = rasa.calls[-1]
    assert (pressed["payload"], pressed["text"]) == ("/affirm", "是的，就这样")


def test_typed_text_is_never_a_payload(wang: Visitor, rasa: FakeRasa) -> None:
    wang.says("/affirm")
    wang.hears("收到：/affirm")
    assert rasa.calls[-1]["payload"] is None


def test_a_long_bot_period_is_cut_and_a_new_sender_begins(start_desk: object, rasa: FakeRasa) -> None:
    from tests.support.desk_server import estate_with

    server = start_desk(estate=estate_with(period_messages=2))  # type: ignore[operator]
    wang = Visitor(server.url, operator=OPERATOR)
    for text in ("一", "二", "三"):
        wang.says(text)
        wang.hears(f"收到：{text}")
    assert [call["conversation"].rsplit("-", 1)[1] for call in rasa.calls] == ["p1", "p1", "p2"]


def test_turn_lines_tell_what_was_understood(wang: Visitor) -> None:
    wang.says("电梯坏了！")
    lines = wang.until_idle()
    line = lines["turns"][0]
    assert (line["turn"], line["mode"], line["intent"], line["upset"]) == (1, "bot", "repair", 2)
    assert line["cases"] == []
    assert lines["mode"] == "bot"


@pytest.mark.parametrize("count", [25])
def test_every_message_of_a_crowd_is_answered_once(
    server: DeskServer, rasa: FakeRasa, store: Store, count: int
) -> None:
    crowd = [Visitor(server.url, operator=OPERATOR) for _ in range(count)]
    for number, one in enumerate(crowd):
        one.says(f"第{number}位")
    for number, one in enumerate(crowd):
        one.hears(f"收到：第{number}位")
        # On a machine that busy she may have been told meanwhile that it takes a little longer.
        assert sum("收到：" in text for text in one.said()) == 1
    with store.read() as session:
        states = session.scalars(select(Turn.state)).all()
        assert set(states) == {TurnState.DONE}
        assert len(states) == session.query(Conversation).count() == count


def test_who_told_of_harm_is_thanked_without_cheer_for_a_day(
    wang: Visitor, rasa: FakeRasa, clock: HandClock
) -> None:
    rasa.brain = lambda call: {**echo(call), "replies": [{"key": "utter_thanks", "slots": {}}]}
    wang.says("谢谢")
    wang.hears("感谢您的理解和支持")
    wang.says("我妈上周在楼道摔伤了，已经出院，谢谢你们")
    wang.hears("您和家人多保重")
    clock.turn(hours=25)
    wang.says("多谢")
    wang.until_idle()
    assert "感谢您的理解和支持" in wang.said()[-1]
