"""The double's supergroups behave as Telegram's (docs/channels/telegram-double.md)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.doubles.telegram.forum_people import RIGHTS, TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def forum(telegram: FakeTelegram) -> TelegramForum:
    return TelegramForum(telegram, "物业客服")


@pytest.fixture
def li(telegram: FakeTelegram) -> TelegramPerson:
    return TelegramPerson(telegram, "小李")


@pytest.fixture
def ask(telegram: FakeTelegram, forum: TelegramForum) -> Ask:
    """Call a method for the group; the whole answer."""

    def call(method: str, **params: Any) -> dict[str, Any]:
        url = f"{telegram.url}/bot{telegram.token}/{method}"
        answer = httpx.post(url, json={"chat_id": forum.id, **params}, trust_env=False)
        body: dict[str, Any] = answer.json()
        assert (answer.status_code == 200) is body["ok"]
        return body

    return call


@pytest.fixture
def topic(ask: Ask) -> int:
    made = ask("createForumTopic", name="3-2-1201 王阿姨")["result"]
    assert made["name"] == "3-2-1201 王阿姨"
    return int(made["message_thread_id"])


def refused(answer: dict[str, Any]) -> str:
    assert answer["error_code"] == 400
    return str(answer["description"])


def test_a_topics_number_is_that_of_the_message_that_made_it(
    ask: Ask, topic: int, forum: TelegramForum
) -> None:
    assert "forum_topic_created" in forum.chat.messages[topic]
    sent = ask("sendMessage", text="您好", message_thread_id=topic)["result"]
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    assert "message_thread_id" not in ask("sendMessage", text="大家好")["result"]


def test_a_deleted_topic_and_general_are_not_found(ask: Ask, topic: int, forum: TelegramForum) -> None:
    not_found = "Bad Request: message thread not found"
    assert refused(ask("sendMessage", text="-", message_thread_id=1)) == not_found
    assert ask("deleteForumTopic", message_thread_id=topic)["result"] is True
    assert refused(ask("sendMessage", text="-", message_thread_id=topic)) == not_found
    assert refused(ask("closeForumTopic", message_thread_id=topic)) == "Bad Request: TOPIC_ID_INVALID"
    assert topic not in forum.chat.messages


def test_a_topic_is_closed_and_opened_once(ask: Ask, topic: int, forum: TelegramForum) -> None:
    same = "Bad Request: TOPIC_NOT_MODIFIED"
    assert refused(ask("reopenForumTopic", message_thread_id=topic)) == same
    assert ask("closeForumTopic", message_thread_id=topic)["ok"]
    assert refused(ask("closeForumTopic", message_thread_id=topic)) == same
    assert ask("sendMessage", text="管理员可以", message_thread_id=topic)["ok"]
    forum.chat.bot_rights = frozenset()
    assert refused(ask("sendMessage", text="-", message_thread_id=topic)) == "Bad Request: TOPIC_CLOSED"


def test_a_topic_gets_another_name(ask: Ask, topic: int, forum: TelegramForum) -> None:
    assert ask("editForumTopic", message_thread_id=topic, name="3-2-1201 王女士")["ok"]
    assert forum.topics[topic].name == "3-2-1201 王女士"
    again = ask("editForumTopic", message_thread_id=topic, name="3-2-1201 王女士")
    assert refused(again) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert "TOPIC_TITLE_INVALID" in refused(ask("createForumTopic", name="长" * 129))


def test_what_the_bot_may_not_do_it_cannot(
    ask: Ask, topic: int, forum: TelegramForum, telegram: FakeTelegram
) -> None:
    sent = ask("sendMessage", text="第一条", message_thread_id=topic)["result"]
    forum.chat.bot_rights = RIGHTS - {"can_manage_topics", "can_pin_messages"}
    assert "not enough rights to create a topic" in refused(ask("createForumTopic", name="-"))
    assert "not enough rights to manage pinned" in refused(
        ask("pinChatMessage", message_id=sent["message_id"])
    )
    member = ask("getChatMember", user_id=telegram.world.bot["id"])["result"]
    assert (member["status"], member["can_manage_topics"]) == ("administrator", False)
    plain = TelegramForum(telegram, "没开话题", group_id=-1002000000999, forum=False)
    assert "not a forum" in refused(ask("createForumTopic", chat_id=plain.id, name="-"))
    assert "is_forum" not in ask("getChat", chat_id=plain.id)["result"]


def test_a_pin_a_voice_message_and_a_reply(ask: Ask, topic: int, forum: TelegramForum) -> None:
    sent = ask("sendMessage", text="第一条", message_thread_id=topic)["result"]["message_id"]
    assert ask("pinChatMessage", message_id=sent)["ok"]
    assert forum.chat.pinned == [sent]
    file = forum.world.keep_file(b"OggS", "voice", ".oga")["file_id"]
    voice = ask("sendVoice", voice=file, message_thread_id=topic, reply_parameters={"message_id": sent})
    assert voice["result"]["voice"]["file_id"] == file
    assert voice["result"]["reply_to_message"]["message_id"] == sent
    gone = {"message_id": 999}
    assert "replied not found" in refused(ask("sendMessage", text="-", reply_parameters=gone))
    lenient = {**gone, "allow_sending_without_reply": True}
    assert ask("sendMessage", text="-", reply_parameters=lenient)["ok"]


def test_twenty_a_minute_in_one_group_all_topics_together(
    ask: Ask, topic: int, telegram: FakeTelegram
) -> None:
    now = [1000.0]
    telegram.world.clock = lambda: now[0]
    telegram.rates = True
    assert all(ask("sendMessage", text="-", message_thread_id=topic)["ok"] for _ in range(19))
    assert ask("createForumTopic", name="另一个")["ok"]
    over = ask("sendMessage", text="-")
    assert (over["error_code"], over["parameters"]["retry_after"]) == (429, 60)
    now[0] += 61
    assert ask("sendMessage", text="-")["ok"]


def test_a_group_that_became_another_number_says_which(
    ask: Ask, forum: TelegramForum, li: TelegramPerson
) -> None:
    forum.upgrades(li, -1002000000777)
    answer = ask("sendMessage", text="-")
    assert answer["parameters"] == {"migrate_to_chat_id": -1002000000777}
    assert ask("sendMessage", chat_id=-1002000000777, text="-")["ok"]


def test_a_bot_that_was_put_out_may_not_write(ask: Ask, forum: TelegramForum, li: TelegramPerson) -> None:
    forum.removes_bot(li)
    answer = ask("sendMessage", text="-")
    assert (answer["error_code"], "kicked" in answer["description"]) == (403, True)


def test_in_privacy_mode_a_member_bot_hears_commands_and_replies_only(
    ask: Ask, forum: TelegramForum, li: TelegramPerson, telegram: FakeTelegram
) -> None:
    sent = ask("sendMessage", text="您好")["result"]["message_id"]
    forum.chat.bot_rights = frozenset()
    forum.says(li, "中午吃什么")
    forum.says(li, "/start abc")
    forum.says(li, "收到", reply_to=sent)
    forum.chat.bot_rights = RIGHTS
    forum.says(li, "晚上吃什么")
    heard = [one["message"]["text"] for one in telegram.world.fetch(0, 100)]
    assert heard == ["/start abc", "收到", "晚上吃什么"]


def test_a_message_in_a_topic_answers_the_one_that_made_it(
    forum: TelegramForum, li: TelegramPerson, topic: int
) -> None:
    number = forum.says(li, "我来", topic)
    assert forum.chat.messages[number]["reply_to_message"]["message_id"] == topic
