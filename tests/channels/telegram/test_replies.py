"""A reply at Telegram to an older message: what it answers is kept, and the assistant knows what is meant."""

from sqlalchemy import select

from bot.store.channel_tables import TelegramMessage
from bot.store.tables import Message
from tests.channels.telegram.conftest import TelegramDesk
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.support.casework import open_lift_case
from tests.support.cast import Person


def test_a_reply_remembers_what_it_answers(desk: TelegramDesk, wang: TelegramPerson) -> None:
    first = wang.says("电梯坏了")
    desk.telegram.until(wang.texts)
    wang.says("这个修好了吗", reply_to=wang.sees()[0]["message_id"])
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    bots = desk.reads(
        lambda session: session.scalars(
            select(TelegramMessage.replied_to_id).where(TelegramMessage.replied_to_id.is_not(None))
        ).one()
    )
    assert desk.reads(lambda session: session.get_one(Message, bots).sender) == "bot"
    assert first


def test_the_assistant_is_told_which_case_she_answers(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    wang.says("电梯坏了")
    desk.telegram.until(wang.texts)
    hers = desk.conversation(wang)
    person = Person(hers.resident_id, hers.id)
    number = desk.writes(lambda session: open_lift_case(session, person, desk.clock())).number
    wang.says(f"我记的号是{number}")
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    wang.says("这个怎么样了", reply_to=wang.sees()[1]["message_id"])
    desk.telegram.until(lambda: len(wang.texts()) == 3)
    assert rasa.calls[-1]["metadata"]["quoted"] == {"number": number, "open": True}


def test_who_points_at_her_own_question_asks_it_again(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    question = wang.says("物业费什么时候交")
    desk.telegram.until(wang.texts)
    wang.says("这个还没回答我", reply_to=question)
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    assert [call["text"] for call in rasa.calls] == ["物业费什么时候交", "物业费什么时候交"]
    assert [message.text for message in desk.heard(wang)] == ["物业费什么时候交", "这个还没回答我"]


def test_of_a_long_message_the_part_she_chose_is_kept(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    ours = {**wang.sees()[0], "text": "一。二。三。"}
    wang.sends({"text": "第二个", "reply_to_message": ours, "quote": {"text": "二。", "position": 2}})
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    kept = select(TelegramMessage.quoted).where(TelegramMessage.quoted.is_not(None))
    assert desk.reads(lambda session: session.scalars(kept).all()) == ["二。"]
