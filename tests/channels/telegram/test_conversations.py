"""Whole conversations at Telegram: the real desk, a trained model, a Rasa server, the Bot API double."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.desk.emergencies import help as help_
from bot.desk.talk.conversations import answer, hand_back
from bot.store.emergency_tables import Alarm
from bot.store.states import CaseKind, Mode
from bot.store.tables import Attachment, Case, Conversation, Message
from tests.channels.telegram.test_hearing import picture
from tests.conversations.house import House, rasa_python_for_tests, running_house
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import Cast, make_cast
from tests.support.clock import HandClock
from tests.support.emergencies import telling

PATIENCE = 30.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Cast, FakeTelegram]]:
    given = rasa_python_for_tests()
    if given:
        os.environ["GUANJIA_RASA_PYTHON"] = given
    clock, telegram = HandClock(), FakeTelegram()
    telegram.world.clock = lambda: clock().timestamp()
    telegram.start()
    settings = {"telegram_token": telegram.token, "telegram_api_url": telegram.url}
    try:
        with running_house(tmp_path_factory.mktemp("house"), clock, **settings) as house:
            yield house, make_cast(house.store, now=clock()), telegram
    finally:
        telegram.stop()


class Dialogue:
    """One resident at Telegram, and what the desk has of her."""

    def __init__(self, house: House, telegram: FakeTelegram, person: TelegramPerson) -> None:
        self.house, self.telegram, self.person = house, telegram, person

    def reads(self, *parts: str, after: int = 0) -> str:
        """Wait until what she sees since message `after` holds all parts."""

        def shown() -> str:
            text = "\n".join(self.person.texts()[after:])
            return text if text and all(part in text for part in parts) else ""

        try:
            return str(self.telegram.until(shown, seconds=PATIENCE))
        except AssertionError as fault:
            raise AssertionError(f"{parts} not in {self.person.texts()[after:]}") from fault

    def says(self, text: str, *parts: str, reply_to: int | None = None) -> str:
        seen = len(self.person.texts())
        self.person.says(text, reply_to=reply_to)
        return self.reads(*parts, after=seen)

    def presses(self, title: str, *parts: str) -> str:
        seen = len(self.person.texts())
        self.person.presses(title)
        return self.reads(*parts, after=seen)

    def conversation(self) -> Conversation:
        with self.house.store.read() as session:
            return session.scalars(
                select(Conversation).where(Conversation.address == str(self.person.id))
            ).one()

    def cases(self) -> list[Case]:
        wanted = select(Case).where(Case.conversation_id == self.conversation().id).order_by(Case.id)
        with self.house.store.read() as session:
            return list(session.scalars(wanted))


@pytest.fixture
def talk(served: tuple[House, Cast, FakeTelegram]) -> Dialogue:
    house, _, telegram = served
    return Dialogue(house, telegram, TelegramPerson(telegram, "王阿姨"))


def test_a_repair_with_a_photo(talk: Dialogue) -> None:
    talk.person.sends_photo(picture(), caption="厨房水管漏水，3栋2单元1201，昨晚开始的，电话13812341234")
    talk.reads("厨房水管漏水", "3栋2单元1201", "138****1234")
    talk.presses("确认", "工单号BX", "今天09:45前上门")
    [case] = talk.cases()
    assert (case.kind, case.contact) == (CaseKind.REPAIR, "13812341234")
    with talk.house.store.read() as session:
        files = session.scalars(
            select(Attachment.media_type).join(Message).where(Message.conversation_id == case.conversation_id)
        ).all()
    assert files == ["image/jpeg"]


def test_what_she_answers_says_which_case_she_means(talk: Dialogue) -> None:
    hers = talk.person.says("厨房水管漏水，3栋2单元1201，昨晚开始的，电话13812341234")
    talk.reads("厨房水管漏水", "138****1234")
    talk.presses("确认", "工单号BX")
    confirmed = talk.person.sees()[-1]["message_id"]
    talk.says("楼道灯也坏了，3栋2单元五楼，今天早上发现的", "核对")
    talk.presses("确认", "工单号BX")
    first, second = talk.cases()
    told = talk.says("这个怎么样了", first.number, reply_to=confirmed)
    assert second.number not in told
    told = talk.says("还在滴水，柜子下面都湿了", "已经补充到工单", first.number, reply_to=hers)
    assert second.number not in told
    told = talk.says("？？", first.number, reply_to=confirmed)
    assert second.number not in told
    assert len(talk.cases()) == 2


def test_a_complaint(talk: Dialogue) -> None:
    talk.says("楼上1301每天晚上十点以后还在装修，我们休息不好")
    talk.telegram.until(lambda: any("reply_markup" in one for one in talk.person.sees()), seconds=PATIENCE)
    title = talk.person.sees()[-1]["reply_markup"]["inline_keyboard"][0][0]["text"]
    talk.presses(title, "请您核对")
    talk.presses("确认", "TS")
    assert [case.kind for case in talk.cases()] == [CaseKind.COMPLAINT]


def test_a_person_takes_over_and_hands_back(talk: Dialogue, served: tuple[House, Cast, FakeTelegram]) -> None:
    house, cast, telegram = served
    talk.says("转人工", "同事")
    conversation = talk.conversation()
    assert conversation.mode is Mode.WAITING
    li = cast.li.agent_id
    with house.store.write() as session:
        answer(session, conversation.id, agent_id=li, text="您好，我是小李", client_id="1", now=house.clock())
    house.wake()
    talk.reads("您好，我是小李")
    seen = len(talk.person.texts())
    talk.person.says("电梯坏了")

    def heard() -> bool:
        wanted = select(Message.text).where(Message.conversation_id == conversation.id)
        with house.store.read() as session:
            return "电梯坏了" in session.scalars(wanted).all()

    telegram.until(heard, seconds=PATIENCE)
    with house.store.write() as session:
        hand_back(session, conversation.id, agent_id=li, note="李工明天九点上门", now=house.clock())
    house.wake()
    talk.says("谢谢", "李工明天九点上门")
    assert len(talk.person.texts()) == seen + 1


def test_an_emergency_from_the_cry_to_how_she_is(
    talk: Dialogue, served: tuple[House, Cast, FakeTelegram]
) -> None:
    house, cast, _ = served
    seen = len(talk.person.texts())
    talk.says("你好，3栋2单元电梯停住了，我和孩子在里面出不来", "不要扒门", "几楼")
    talk.says("在8楼和9楼之间，孩子在哭", "记下了")
    talk.says(
        "对了，物业费什么时候交", "核验"
    )  # a bill is the home's own: the assistant's matter, answered by it
    texts = "\n".join(talk.person.texts()[seen:])
    assert texts.count("不要扒门") == 1
    assert "报修" not in texts
    [case] = talk.cases()
    assert (case.kind, case.category) == (CaseKind.EMERGENCY, "entrapment")
    with house.store.read() as session:
        alarm_id = session.scalars(select(Alarm.id).where(Alarm.case_id == case.id)).one()
    help_telling = telling()
    for step, words in (("shown", "已通知值班人员"), ("taken", "已有人处理：小李"), ("over", "现在怎么样")):
        with house.store.write() as session:
            now = house.clock()
            if step == "shown":
                help_.shown_on_desk(session, alarm_id, telling=help_telling, now=now)
            elif step == "taken":
                help_.acknowledge(session, alarm_id, agent_id=cast.li.agent_id, telling=help_telling, now=now)
            else:
                help_.end(session, alarm_id, by=cast.li.by, telling=help_telling, now=now)
        house.wake()
        talk.reads(words, after=seen)
    told = len(talk.person.texts())
    talk.person.says("都没事了，谢谢你们")
    talk.telegram.until(lambda: len(talk.person.texts()) > told, seconds=PATIENCE)
    assert "不要扒门" not in "\n".join(talk.person.texts()[told:])


def test_a_doubt_that_is_none_goes_to_the_trained_assistant(talk: Dialogue) -> None:
    talk.says("电梯停在两层中间不动了", "有人")
    title = next(
        button["text"]
        for row in talk.person.sees()[-1]["reply_markup"]["inline_keyboard"]
        for button in row
        if "没" in button["text"]
    )
    talk.presses(title, "没有危险就好", "哪个位置")  # an empty lift that stands still is a repair
    kinds = {case.kind for case in talk.cases()}
    assert CaseKind.EMERGENCY not in kinds
