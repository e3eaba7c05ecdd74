"""Pages to people on duty over Telegram: sent with a button, taken by it, and never by somebody else."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.desk.estate.duty_part import DutyPerson, DutySettings, DutyStep
from bot.desk.estate.model import Estate
from bot.desk.paging import ClaimedPage
from bot.messaging.paging.base import PageFault
from bot.messaging.paging.devices import devices_of
from bot.store.emergency_tables import Alarm, AlarmState, Page, PageState
from bot.store.tables import Case, Conversation, Notice
from tests.channels.telegram.conftest import StartTelegramDesk, TelegramDesk
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.clock import MORNING
from tests.support.desk_server import estate_with
from tests.support.estates import sample_words
from tests.support.visitor import until


def estate_that_pages(*people: TelegramPerson) -> Estate:
    """The first step of the chain are these people, by Telegram."""
    step = DutyStep(
        role="值班员",
        people=tuple(DutyPerson(name=str(one.user["first_name"]), telegram=one.id) for one in people),
    )
    return estate_with().model_copy(update={"duty": DutySettings(chain=(step,))})


@pytest.fixture
def guard(telegram: FakeTelegram) -> TelegramPerson:
    """周强 of the night shift, who opened the bot once."""
    person = TelegramPerson(telegram, "周强")
    person.starts()
    return person


@pytest.fixture
def stranger(telegram: FakeTelegram) -> TelegramPerson:
    return TelegramPerson(telegram, "路人")


@pytest.fixture
def desk(start: StartTelegramDesk, guard: TelegramPerson, rasa: FakeRasa) -> TelegramDesk:
    """With the assistant down, as in the worst hour."""
    rasa.stop()
    return start(estate=estate_that_pages(guard))


def alarm(desk: TelegramDesk) -> Alarm | None:
    return desk.reads(lambda session: session.scalars(select(Alarm)).one_or_none())


def paged(desk: TelegramDesk, guard: TelegramPerson) -> str:
    """Waits for the page; its words."""
    return str(desk.telegram.until(lambda: [text for text in guard.texts() if "应急" in text])[0])


def test_a_page_reaches_him_and_his_press_takes_the_alarm(
    desk: TelegramDesk, wang: TelegramPerson, guard: TelegramPerson
) -> None:
    wang.says("3栋2单元电梯里困了两个人，我叫王桂兰")
    words = paged(desk, guard)
    assert "电梯困人" in words
    assert "王桂兰" not in words
    desk.telegram.until(lambda: any("已通知值班人员" in text for text in wang.texts()))
    query = guard.presses("我来处理")
    desk.telegram.until(lambda: guard.told(query))
    assert "YJ2026-0001" in str(guard.told(query))
    desk.telegram.until(lambda: any("已有人处理：周强" in text for text in wang.texts()))
    found = alarm(desk)
    assert found is not None
    assert (found.state, found.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "duty:周强")
    assert desk.reads(lambda session: session.scalars(select(Case.person_in_charge)).one()) == "周强"


def test_a_second_press_hears_who_has_it(
    desk: TelegramDesk, wang: TelegramPerson, guard: TelegramPerson
) -> None:
    wang.says("3栋2单元着火了")
    paged(desk, guard)
    first = guard.presses("我来处理")
    desk.telegram.until(lambda: guard.told(first))
    second = guard.presses("我来处理")
    desk.telegram.until(lambda: guard.told(second))
    assert "已由周强处理" in str(guard.told(second))


def test_a_press_from_another_chat_takes_nothing(
    desk: TelegramDesk, wang: TelegramPerson, guard: TelegramPerson, stranger: TelegramPerson
) -> None:
    wang.says("3栋2单元着火了")
    paged(desk, guard)
    stranger.starts()
    shown = desk.telegram.until(stranger.sees)[0]
    for data in ("page:1", "page:2", "page:99", "page:", "page:-1", "page:１"):
        query = stranger.presses_data(data, shown)
        desk.telegram.until(partial(stranger.told, query))
        assert "不是发给您的" in str(stranger.told(query))
    found = alarm(desk)
    assert found is not None
    assert found.state is AlarmState.RAISED


def test_who_switched_the_bot_off_cannot_be_paged_and_everyone_sees_it(
    start: StartTelegramDesk, wang: TelegramPerson, telegram: FakeTelegram
) -> None:
    ma = TelegramPerson(telegram, "马超")
    ma.blocks()
    desk = start(estate=estate_that_pages(ma))
    wang.says("3栋2单元着火了")

    def failed() -> bool:
        states = desk.reads(
            lambda session: session.scalars(select(Page.state).where(Page.device == "telegram")).all()
        )
        kinds = desk.reads(lambda session: session.scalars(select(Notice.kind)).all())
        return list(states) == [PageState.FAILED] and "page_failed" in kinds

    until(failed, what="the failed page")
    assert not any("已通知" in text for text in wang.texts())


def test_a_colleague_learns_the_number_of_her_chat(desk: TelegramDesk, guard: TelegramPerson) -> None:
    entity = {"type": "bot_command", "offset": 0, "length": 3}
    guard.sends({"text": "/id", "entities": [entity]})
    desk.telegram.until(lambda: any(str(guard.id) in text for text in guard.texts()))
    chats = desk.reads(lambda session: session.scalars(select(Conversation.address)).all())
    assert str(guard.id) in chats


@pytest.mark.anyio
async def test_without_the_channel_the_page_fails_at_once_and_says_why(guard: TelegramPerson) -> None:
    (device,) = devices_of(estate_that_pages(guard), sample_words(), public_url=None)
    page = ClaimedPage(
        page_id=1, alarm_id=1, device="telegram", role="值班员", name="周强", address=str(guard.id),
        attempts=1, kind="fire", confirmed=True, place="3栋", number="YJ2026-0001", raised_at=MORNING,
    )  # fmt: skip
    with pytest.raises(PageFault, match="no token") as raised:
        await device.send(page)
    assert raised.value.permanent
