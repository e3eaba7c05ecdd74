"""A locked database, a full disk: what she sent waits at Telegram or here, and is answered after it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.states import Delivery
from bot.store.tables import OutboxRow
from tests.channels.telegram.conftest import TelegramDesk
from tests.channels.telegram.test_hearing import picture
from tests.doubles.telegram.people import TelegramPerson

BUSY = 60.0
"""Seconds: each try of the desk waits for a locked database before it gives up, and rests a little."""


def noted_as_sent(session: Session) -> bool:
    """Is something sent, and nothing on its way?"""
    states = set(session.scalars(select(OutboxRow.state)))
    return states == {Delivery.SENT}


def test_what_came_while_the_database_was_locked_is_not_confirmed_and_not_lost(
    desk: TelegramDesk, wang: TelegramPerson
) -> None:
    wang.says("一")
    desk.telegram.until(lambda: desk.reads(noted_as_sent))  # else the lock catches the answer half noted
    desk.server.desk.store.engine.dispose()
    with closing(sqlite3.connect(str(desk.store.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = len(desk.telegram.calls_of("getUpdates"))
        wang.says("二")
        desk.telegram.until(lambda: len(desk.telegram.calls_of("getUpdates")) > asked, seconds=BUSY)
        assert desk.telegram.world.unconfirmed() == 1
        other.execute("ROLLBACK")
    desk.telegram.until(lambda: len(wang.texts()) == 2, seconds=BUSY)
    assert [message.text for message in desk.heard(wang)] == ["一", "二"]
    desk.telegram.until(lambda: desk.telegram.world.unconfirmed() == 0)


def test_a_picture_that_the_disk_refuses_waits_until_there_is_room(
    desk: TelegramDesk, wang: TelegramPerson
) -> None:
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    folder: Path = desk.server.settings.data_dir / "attachments"
    aside = folder.rename(folder.with_suffix(".aside")) if folder.exists() else None
    folder.write_text("in the way")
    wang.sends_photo(picture(), caption="厨房漏水")
    desk.telegram.until(
        lambda: len(desk.telegram.calls_of("getFile")) > 3
    )  # more than the tries of a bad one
    assert len(desk.heard(wang)) == 1
    folder.unlink()
    if aside is not None:
        aside.rename(folder)
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    assert [len(message.attachments) for message in desk.heard(wang)] == [0, 1]
