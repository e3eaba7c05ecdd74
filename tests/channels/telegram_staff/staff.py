"""A desk with its staff's group at Telegram, as the tests of the group need it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from bot.desk.talk.conversations import request_person
from bot.messaging.channels.telegram_staff.groups import bind_member, issue_code
from bot.messaging.channels.telegram_staff.jobs import StaffPace
from bot.store import actors
from bot.store.states import Mode, Sender
from bot.store.tables import Conversation, Message
from bot.store.telegram_staff_tables import StaffTopic
from tests.channels.telegram.conftest import QUICK, TelegramDesk
from tests.doubles.telegram.forum_people import TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.support.cast import Cast, make_cast

BOT_ID = 4242424242
UNHURRIED = replace(QUICK, staff=StaffPace(look_every=0.1))
"""With the group's real limit."""
PACE = replace(QUICK, staff=StaffPace(burst=10_000, every=timedelta(milliseconds=1), look_every=0.1))


@dataclass
class StaffDesk:
    """The desk, the group that is bound to it, and who is in it: 小李 and 陈姐 are bound, others are not."""

    desk: TelegramDesk
    forum: TelegramForum
    cast: Cast
    li: TelegramPerson
    chen: TelegramPerson

    def topic(self, person: TelegramPerson) -> int:
        """The number of her chat's topic, once it is there with its first message."""
        chat = self.desk.conversation(person)

        def made() -> int | None:
            wanted = select(StaffTopic.thread_id, StaffTopic.header_id).where(
                StaffTopic.conversation_id == chat.id
            )
            found = self.desk.reads(lambda session: session.execute(wanted).one_or_none())
            return found[0] if found is not None and found[1] else None

        return int(self.desk.telegram.until(made))

    def shows(self, topic: int, *parts: str) -> str:
        """Wait until the topic's texts hold all parts."""

        def shown() -> str:
            text = "\n".join(self.forum.texts(topic))
            return text if all(part in text for part in parts) else ""

        try:
            return str(self.desk.telegram.until(shown))
        except AssertionError as fault:
            raise AssertionError(f"{parts} not in {self.forum.texts(topic)}") from fault

    def has_button(self, topic: int, title: str) -> None:
        """Wait until the first message of the topic carries that button."""

        def there() -> bool:
            markup = self.forum.in_topic(topic)[0].get("reply_markup", {})
            return any(one["text"] == title for row in markup.get("inline_keyboard", ()) for one in row)

        self.desk.telegram.until(there)

    def presses(self, by: TelegramPerson, title: str, topic: int) -> str:
        """Press a button; what the alert says."""
        query = self.forum.presses(by, title, topic)
        return str(self.desk.telegram.until(lambda: by.told(query))["text"])

    def wants_person(self, person: TelegramPerson, reason: str = "angry") -> int:
        """She asks for a person; her topic."""
        chat = self.desk.conversation(person)
        now = self.desk.clock()
        self.desk.writes(
            lambda session: request_person(session, chat.id, reason=reason, by=actors.BOT, now=now)
        )
        return self.topic(person)

    def mode(self, person: TelegramPerson) -> Mode:
        return self.desk.conversation(person).mode

    def said_by_people(self, person: TelegramPerson) -> list[str]:
        """What the store has of agents' words to her."""
        wanted = (
            select(Message.text)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.address == str(person.id), Message.sender == Sender.AGENT)
            .order_by(Message.seq)
        )
        return list(self.desk.reads(lambda session: session.scalars(wanted).all()))


def bound(desk: TelegramDesk, forum: TelegramForum) -> StaffDesk:
    """Bind the group with a code that is said in it, and the accounts of 小李 and 陈姐."""
    li, chen = TelegramPerson(desk.telegram, "小李的手机"), TelegramPerson(desk.telegram, "陈姐的手机")
    now = desk.clock()
    cast = make_cast(desk.store, now=now)
    with desk.store.write() as session:
        code = issue_code(session, BOT_ID, by=actors.OPERATOR, now=now)
        for person, colleague in ((li, cast.li), (chen, cast.chen)):
            bind_member(session, user_id=person.id, agent_id=colleague.agent_id, by=actors.OPERATOR, now=now)
    forum.adds_bot(chen, code)
    desk.telegram.until(lambda: any("已绑定" in text for text in forum.texts()))
    return StaffDesk(desk, forum, cast, li, chen)
