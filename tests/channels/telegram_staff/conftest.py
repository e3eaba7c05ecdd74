"""A desk with a staff's group at the Telegram double; 王阿姨 is upset and has a topic."""

import pytest

from tests.channels.telegram.conftest import (  # noqa: F401
    StartTelegramDesk,
    anyio_backend,
    start,
    telegram,
    wang,
    zhou,
)
from tests.channels.telegram_staff.staff import PACE, StaffDesk, bound
from tests.doubles.telegram.forum_people import TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram


@pytest.fixture
def forum(telegram: FakeTelegram) -> TelegramForum:  # noqa: F811
    return TelegramForum(telegram, "物业客服")


@pytest.fixture
def staff(start: StartTelegramDesk, forum: TelegramForum) -> StaffDesk:  # noqa: F811
    return bound(start(pace=PACE, public_url="https://desk.example", telegram_receive="poll"), forum)


@pytest.fixture
def topic(staff: StaffDesk, wang: TelegramPerson) -> int:  # noqa: F811
    """王阿姨 is upset and waits for a person."""
    wang.says("我家漏水都三天了没人管，你们到底管不管！电话13812341234")
    staff.desk.telegram.until(lambda: wang.texts())
    return staff.wants_person(wang)


@pytest.fixture
def outsider(telegram: FakeTelegram) -> TelegramPerson:  # noqa: F811
    """Somebody in the group whom nobody has bound."""
    return TelegramPerson(telegram, "保安小王")
