"""A desk killed while a post is on its way: nothing is lost, and what may be there twice says so."""

from datetime import UTC, datetime

from sqlalchemy import select

from bot.desk.talk.conversations import request_person
from bot.messaging.channels.telegram_staff.groups import bind
from bot.store import actors
from bot.store.engine import Store
from bot.store.tables import Conversation
from tests.channels.telegram.test_kills import MortalDesk
from tests.channels.telegram.test_kills import desk as desk  # a fixture: a desk that can be killed
from tests.channels.telegram_staff.staff import BOT_ID
from tests.doubles.telegram.forum_people import TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


def wait(telegram: FakeTelegram, forum: TelegramForum, *parts: str) -> str:
    def shown() -> str:
        text = "\n".join(forum.texts())
        return text if all(part in text for part in parts) else ""

    return str(telegram.until(shown, seconds=60))


def test_killed_between_sending_a_post_and_noting_it(
    desk: MortalDesk,
    telegram: FakeTelegram,
    forum: TelegramForum,
    sqlite_store: Store,
    wang: TelegramPerson,
) -> None:
    wang.says("一")
    telegram.until(wang.texts, seconds=60)
    with sqlite_store.write() as session:
        now = datetime.now(UTC)
        bind(session, BOT_ID, chat_id=forum.id, title="物业客服", by=actors.OPERATOR, now=now)
        chat = session.scalars(select(Conversation).where(Conversation.address == str(wang.id))).one()
        request_person(session, chat.id, reason="asked", by=actors.BOT, now=now)
    wait(telegram, forum, "业主：一")
    fault = telegram.fail("slow", method="sendMessage", chat_id=forum.id)
    wang.says("二")
    telegram.until(lambda: fault.times == 0, seconds=60)
    wait(telegram, forum, "业主：二")
    desk.kill()
    telegram.mend()
    desk.start()
    text = wait(telegram, forum, "可能重复")
    assert text.count("业主：二") == 2
    wang.says("三")
    text = wait(telegram, forum, "业主：三")
    assert [text.count(f"业主：{word}") for word in "一二三"] == [1, 2, 1]
    assert len(forum.topics) == 1
