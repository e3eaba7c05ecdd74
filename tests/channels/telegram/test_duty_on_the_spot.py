"""From the page at Telegram to the end of the danger, without the desk's pages: 已到场, 险情解除, 误报."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.desk.emergencies import help as help_
from bot.store.emergency_tables import Alarm, AlarmState, Page
from bot.store.states import CaseStatus
from bot.store.tables import Case
from tests.channels.telegram.conftest import StartTelegramDesk, TelegramDesk
from tests.channels.telegram.test_duty import estate_that_pages
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import make_cast
from tests.support.emergencies import telling


@pytest.fixture
def guards(telegram: FakeTelegram) -> tuple[TelegramPerson, TelegramPerson]:
    """周强 and 马超 of the same shift: both are paged."""
    people = TelegramPerson(telegram, "周强"), TelegramPerson(telegram, "马超")
    for person in people:
        person.starts()
    return people


@pytest.fixture
def desk(
    start: StartTelegramDesk,
    guards: tuple[TelegramPerson, TelegramPerson],
    rasa: FakeRasa,
    wang: TelegramPerson,
) -> TelegramDesk:
    """王阿姨 has cried for help, and both were paged."""
    rasa.stop()
    desk = start(
        estate=estate_that_pages(*guards), public_url="https://desk.example", telegram_receive="poll"
    )
    wang.says("3栋2单元电梯里困了两个人")
    for guard in guards:
        desk.telegram.until(lambda person=guard: [one for one in person.texts() if "应急" in one])  # type: ignore[misc]
    return desk


def presses(desk: TelegramDesk, person: TelegramPerson, title: str) -> str:
    """Press the button; what he is told, once his buttons have followed."""
    edits = len(desk.telegram.calls_of("editMessageReplyMarkup"))
    query = person.presses(title)
    desk.telegram.until(partial(person.told, query))
    desk.telegram.until(lambda: len(desk.telegram.calls_of("editMessageReplyMarkup")) > edits)
    return str((person.told(query) or {})["text"])


def buttons(person: TelegramPerson) -> list[str]:
    """What stands under his page now."""
    page = next(one for one in person.sees() if "应急" in one.get("text", ""))
    rows = page.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["text"] for row in rows for button in row]


def alarm(desk: TelegramDesk) -> Alarm:
    return desk.reads(lambda session: session.scalars(select(Alarm)).one())


def test_he_takes_it_arrives_and_ends_it_and_she_hears_each_step(
    desk: TelegramDesk, wang: TelegramPerson, guards: tuple[TelegramPerson, TelegramPerson]
) -> None:
    zhou, _ = guards
    presses(desk, zhou, "我来处理")
    assert buttons(zhou) == ["已到场", "险情解除", "误报", "打开工作台"]
    assert "已记录到场" in presses(desk, zhou, "已到场")
    desk.telegram.until(lambda: any("到场" in text for text in wang.texts()))
    assert alarm(desk).state is AlarmState.ON_THE_SPOT
    assert "再按一次" in presses(desk, zhou, "险情解除")
    assert alarm(desk).state is AlarmState.ON_THE_SPOT
    assert buttons(zhou)[:2] == ["确认险情已解除", "返回"]
    assert "结案的四个问题" in presses(desk, zhou, "确认险情已解除")
    assert alarm(desk).state is AlarmState.OVER
    desk.telegram.until(lambda: any("现在怎么样" in text for text in wang.texts()))
    case = desk.reads(lambda session: session.scalars(select(Case)).one())
    assert case.status is CaseStatus.RESOLVED  # closed with its four questions, on the page
    page = next(one for one in zhou.sees() if "应急" in one.get("text", ""))
    [[button]] = page["reply_markup"]["inline_keyboard"]
    assert button == {"text": "到工作台填写结案", "url": f"https://desk.example/desk/cases/{case.number}"}


def test_a_false_cry_is_called_so_on_the_second_press(
    desk: TelegramDesk, guards: tuple[TelegramPerson, TelegramPerson]
) -> None:
    zhou, _ = guards
    presses(desk, zhou, "我来处理")
    presses(desk, zhou, "误报")
    presses(desk, zhou, "返回")
    assert buttons(zhou)[:3] == ["已到场", "险情解除", "误报"]
    presses(desk, zhou, "误报")
    assert "误报结案" in presses(desk, zhou, "确认是误报")
    assert alarm(desk).state is AlarmState.FALSE
    assert buttons(zhou) == ["打开工作台"]


def test_the_other_one_may_say_that_he_is_there_but_not_that_it_is_over(
    desk: TelegramDesk, guards: tuple[TelegramPerson, TelegramPerson]
) -> None:
    zhou, ma = guards
    presses(desk, zhou, "我来处理")
    assert "已由周强处理" in presses(desk, ma, "我来处理")
    assert buttons(ma) == ["已到场", "打开工作台"]
    page_id = desk.reads(lambda s: s.scalars(select(Page.id).where(Page.name == "马超")).one())
    shown = next(one for one in ma.sees() if "应急" in one.get("text", ""))
    for verb in ("over", "false", "sure_over", "sure_false"):
        query = ma.presses_data(f"page:{verb}:{page_id}", shown)
        told = desk.telegram.until(partial(ma.told, query))
        assert "已由周强处理" in str(told)
    assert alarm(desk).state is AlarmState.ACKNOWLEDGED
    presses(desk, ma, "已到场")
    found = alarm(desk)
    assert (found.state, found.acknowledged_by) == (AlarmState.ON_THE_SPOT, "duty:周强")


def test_nothing_can_be_ended_that_nobody_took(
    desk: TelegramDesk, guards: tuple[TelegramPerson, TelegramPerson]
) -> None:
    _, ma = guards
    page_id = desk.reads(lambda s: s.scalars(select(Page.id).where(Page.name == "马超")).one())
    shown = next(one for one in ma.sees() if "应急" in one.get("text", ""))
    for verb in ("arrive", "sure_over", "sure_false"):
        query = ma.presses_data(f"page:{verb}:{page_id}", shown)
        told = desk.telegram.until(partial(ma.told, query))
        assert "还没有人接手" in str(told)
    assert alarm(desk).state is AlarmState.RAISED


def test_what_was_ended_at_the_desk_is_over_at_telegram(
    desk: TelegramDesk, guards: tuple[TelegramPerson, TelegramPerson]
) -> None:
    zhou, _ = guards
    presses(desk, zhou, "我来处理")
    cast, now = make_cast(desk.store, now=desk.clock()), desk.clock()
    desk.writes(lambda s: help_.end(s, alarm(desk).id, by=cast.chen.by, telling=telling(), now=now))
    assert "已经结束" in presses(desk, zhou, "已到场")
    assert alarm(desk).state is AlarmState.OVER
    assert buttons(zhou) == ["到工作台填写结案"]
