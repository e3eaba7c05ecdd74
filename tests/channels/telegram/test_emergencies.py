"""An emergency at Telegram: instructions at once, ahead of every queue, with the assistant up or down."""

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
