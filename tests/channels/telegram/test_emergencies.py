"""An emergency at Telegram: instructions at once, ahead of every queue, with the assistant up or down."""

import pytest
from sqlalchemy import select

from bot.store.states import CaseKind, Lane
from bot.store.tables import Case, OutboxRow
from tests.channels.telegram.conftest import TelegramDesk
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson


def test_an_emergency_is_answered_with_the_assistant_down(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    rasa.stop()
    wang.says("3栋2单元电梯里有人被困住了，快来人")
    first = desk.telegram.until(wang.texts)[0]
    assert "电梯" in first
    lanes = desk.reads(lambda session: list(session.scalars(select(OutboxRow.lane))))
    assert Lane.EMERGENCY in lanes
    kinds = desk.reads(lambda session: list(session.scalars(select(Case.kind))))
    assert kinds == [CaseKind.EMERGENCY]


def test_an_emergency_put_into_an_older_message_counts(desk: TelegramDesk, wang: TelegramPerson) -> None:
    first = wang.says("在吗")
    desk.telegram.until(wang.texts)
    wang.edits(first, "3栋2单元1201着火了")
    desk.telegram.until(lambda: any("119" in text for text in wang.texts()))


@pytest.mark.parametrize("fault", ["unavailable", "killed_before", "killed_after", "garbled", "slow"])
def test_nothing_of_the_assistant_holds_the_instructions_up(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa, fault: str
) -> None:
    rasa.fail(fault)
    wang.says("电梯坏了")
    wang.says("里面困了人，电梯里有人在喊")
    desk.telegram.until(lambda: any("不要扒门" in text for text in wang.texts()))
    rasa.mend()
    kinds = desk.reads(lambda session: list(session.scalars(select(Case.kind))))
    assert kinds == [CaseKind.EMERGENCY]


def test_a_long_queue_at_telegram_is_overtaken(
    desk: TelegramDesk, wang: TelegramPerson, zhou: TelegramPerson, rasa: FakeRasa
) -> None:
    rasa.fail("unavailable")
    for number in range(100):
        zhou.says(f"第{number}句")
        wang.says(f"第{number}句")
    wang.says("我家厨房着火了")
    desk.telegram.until(lambda: any("不要乘电梯" in text for text in wang.texts()), seconds=60.0)


def test_a_doubt_is_settled_with_a_tap_while_the_assistant_is_down(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    rasa.stop()
    wang.says("楼道里有股糊味")
    shown = desk.telegram.until(wang.sees)[0]
    title = shown["reply_markup"]["inline_keyboard"][0][0]["text"]
    wang.presses(title)
    desk.telegram.until(lambda: any("不要乘电梯" in text for text in wang.texts()))
    kinds = desk.reads(lambda session: list(session.scalars(select(Case.kind))))
    assert kinds == [CaseKind.EMERGENCY]
