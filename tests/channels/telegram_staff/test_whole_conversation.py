"""With the trained assistant: she is upset, an agent serves her from the group, the bot goes on."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.messaging.channels.telegram_staff.groups import bind, bind_member
from bot.store import actors
from bot.store.states import Mode
from bot.store.tables import Conversation
from bot.store.telegram_staff_tables import StaffTopic
from tests.channels.telegram.test_hearing import picture
from tests.channels.telegram_staff.staff import BOT_ID
from tests.conversations.house import House, rasa_python_for_tests, running_house
from tests.doubles.telegram.forum_people import TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import Cast, make_cast
from tests.support.clock import HandClock


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Cast, FakeTelegram]]:
    given = rasa_python_for_tests()
    if given:
        os.environ["GUANJIA_RASA_PYTHON"] = given
    clock, telegram = HandClock(), FakeTelegram().start()
    settings = {"telegram_token": telegram.token, "telegram_api_url": telegram.url}
    try:
        with running_house(tmp_path_factory.mktemp("house"), clock, **settings) as running:
            yield running, make_cast(running.store, now=clock()), telegram
    finally:
        telegram.stop()


def test_from_anger_to_the_assistant_that_knows_what_was_promised(
    house: tuple[House, Cast, FakeTelegram],
) -> None:
    running, cast, telegram = house
    forum = TelegramForum(telegram, "物业客服")
    wang, li = TelegramPerson(telegram, "王阿姨"), TelegramPerson(telegram, "小李的手机")
    with running.store.write() as session:
        now = running.clock()
        bind(session, BOT_ID, chat_id=forum.id, title="物业客服", by=actors.OPERATOR, now=now)
        bind_member(session, user_id=li.id, agent_id=cast.li.agent_id, by=actors.OPERATOR, now=now)

    def happens(check: Callable[[], Any]) -> Any:
        """The group's limit is the real one: time goes on while we wait."""

        def look() -> Any:
            running.clock.turn(seconds=1)
            return check()

        return telegram.until(look, seconds=60)

    def shown(topic: int, *parts: str) -> str:
        text = "\n".join(forum.texts(topic))
        return text if all(part in text for part in parts) else ""

    def chat() -> Conversation:
        with running.store.read() as session:
            wanted = select(Conversation).where(Conversation.address == str(wang.id))
            return session.scalars(wanted).one()

    wang.says("3栋2单元1201卫生间漏水报了三次都没人来，你们是死人吗，气死我了")
    topic = happens(lambda: next(iter(forum.topics), None))
    happens(lambda: shown(topic, "等待人工", "情绪激动", "漏水报了三次", "助手："))
    query = forum.presses(li, "接手", topic)
    assert "已由您接待" in happens(lambda: li.told(query))["text"]
    forum.says(li, "王阿姨，我是小李，真对不起让您等了三次", topic)
    forum.sends_photo(li, picture("blue"), topic, caption="是这个位置吗")
    forum.sends_voice(li, b"OggS" + b"\0" * 40, topic)
    happens(lambda: "王阿姨，我是小李，真对不起让您等了三次" in wang.texts())
    happens(lambda: any("photo" in one for one in wang.sees()))
    happens(lambda: any("voice" in one for one in wang.sees()))
    said = len(wang.texts())
    wang.says("就是这里，快点派人来")
    happens(lambda: shown(topic, "业主：就是这里，快点派人来"))
    assert len(wang.texts()) == said  # the assistant is silent
    forum.says(li, "/back 李工明天九点上门", topic)
    happens(lambda: chat().mode is Mode.BOT)
    happens(lambda: forum.topics[topic].closed)
    wang.says("谢谢")
    happens(lambda: any("李工明天九点上门" in text for text in wang.texts()[said:]))
    with running.store.read() as session:
        assert session.scalars(select(StaffTopic.made)).all() == [1]
