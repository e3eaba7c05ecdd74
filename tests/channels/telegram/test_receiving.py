"""Receiving: stored before confirmed, each once, one desk at a time, and clear words when it cannot be."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from bot.messaging.channels.telegram.api import ALLOWED_UPDATES
from bot.messaging.channels.telegram.updates import keep_updates, next_offset
from bot.messaging.channels.telegram.webhook import webhook_secret
from bot.store.channel_tables import TelegramBot, TelegramUpdate, UpdateState
from bot.store.engine import Store
from bot.store.tables import Notice
from tests.channels.telegram.conftest import QUICK, StartTelegramDesk, TelegramDesk
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.clock import HandClock


def states(desk: TelegramDesk) -> list[UpdateState]:
    wanted = select(TelegramUpdate.state).order_by(TelegramUpdate.id)
    return desk.reads(lambda session: list(session.scalars(wanted)))


def test_what_she_writes_is_answered_and_confirmed(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.says("楼道灯坏了")
    desk.telegram.until(wang.texts)
    assert "楼道灯坏了" in wang.texts()[0]
    desk.telegram.until(lambda: desk.telegram.world.unconfirmed() == 0)
    assert states(desk) == [UpdateState.HANDLED]


def test_nothing_is_confirmed_before_it_is_stored(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    wang.says("一")
    desk = start()
    telegram.until(wang.texts)
    for call in telegram.calls_of("getUpdates"):
        if call.get("offset"):
            stored = desk.reads(lambda session: session.scalar(select(func.max(TelegramUpdate.update_id))))
            assert call["offset"] <= (stored or 0) + 1


def test_a_second_delivery_changes_nothing(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.says("一")
    desk.telegram.until(wang.texts)
    again = desk.reads(lambda session: session.scalars(select(TelegramUpdate.raw)).one())
    desk.telegram.world.push_raw(json.loads(again))
    wang.says("二")
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    assert [message.text for message in desk.heard(wang)] == ["一", "二"]


def test_what_cannot_be_read_is_kept_and_flagged_and_the_next_goes_on(
    desk: TelegramDesk, wang: TelegramPerson
) -> None:
    desk.telegram.world.push_raw({"message": "not an object"})
    desk.telegram.world.push_raw({"message": {"message_id": "x", "chat": {"id": wang.id}}})
    desk.telegram.world.push_raw({"something_new": {"a": 1}})
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    assert states(desk) == [
        UpdateState.UNREADABLE,
        UpdateState.UNREADABLE,
        UpdateState.HANDLED,
        UpdateState.HANDLED,
    ]
    kept = desk.reads(lambda session: session.scalars(select(TelegramUpdate.error)).first())
    assert kept


def test_ids_that_start_anew_are_followed(desk: TelegramDesk, wang: TelegramPerson) -> None:
    desk.telegram.world.restart_ids(900_000)
    wang.says("一")
    desk.telegram.until(lambda: len(wang.texts()) == 1)
    desk.telegram.world.restart_ids(100)
    wang.says("二")
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    desk.telegram.until(lambda: desk.telegram.world.unconfirmed() == 0)


def test_the_offset_is_the_last_of_the_batch_not_the_highest(store: Store, clock: HandClock) -> None:
    batch = [{"update_id": 900}, {"update_id": 7}]
    assert next_offset(batch) == 8
    assert next_offset([]) is None
    with store.write() as session:
        assert keep_updates(session, 1, batch, now=clock()) == 2
        assert keep_updates(session, 1, batch, now=clock()) == 0
        assert keep_updates(session, 2, batch, now=clock()) == 2


def test_two_desks_never_poll_at_once(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    first, second = start("desk-1"), start("desk-2")
    for number in range(5):
        wang.says(f"第{number}句")
    telegram.until(lambda: len(first.heard(wang)) == 5)
    statuses = {server.server.desk.telegram.receiver.status.state for server in (first, second)}  # type: ignore[union-attr]
    assert statuses == {"receiving", "standing_by"}
    assert ("getupdates", 409) not in telegram.refused


def test_another_desk_takes_over_when_the_first_stops(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    first = start("desk-1")
    wang.says("一")
    telegram.until(wang.texts)
    second = start("desk-2")
    first.server.stop()
    wang.says("二")
    telegram.until(lambda: len(wang.texts()) == 2)
    assert len(second.heard(wang)) == 2


def test_409_is_said_in_clear_words_and_ends_when_the_other_stops(
    desk: TelegramDesk, wang: TelegramPerson
) -> None:
    desk.telegram.fail("error", code=409, method="getUpdates", times=None)
    desk.telegram.until(lambda: _state(desk) == "conflict")
    assert "another program receives" in _health(desk)["mend"]
    assert _notices(desk) == ["telegram_conflict"]
    desk.telegram.mend()
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    assert _state(desk) == "receiving"


def test_a_wrong_token_is_said_in_clear_words(
    start: StartTelegramDesk, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    desk = start(telegram_token="4242424242:AAwrongwrongwrongwrongwrong")
    telegram.until(lambda: _state(desk) == "token")
    assert "@BotFather" in _health(desk)["mend"]
    assert "wrongwrong" not in caplog.text


def test_an_outage_of_telegram_loses_nothing(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.says("一")
    desk.telegram.until(wang.texts)
    desk.telegram.stop()
    wang.says("二")
    desk.telegram.start()
    desk.telegram.until(lambda: len(wang.texts()) == 2)


def test_after_more_than_a_day_away_the_desk_is_told(
    start: StartTelegramDesk, telegram: FakeTelegram, clock: HandClock, wang: TelegramPerson
) -> None:
    desk = start()
    wang.says("一")
    telegram.until(wang.texts)
    desk.server.stop()
    clock.turn(timedelta(hours=25))
    again = start("desk-2")
    telegram.until(lambda: "telegram_outage" in _notices(again))


def test_a_loop_that_hangs_is_started_again(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    fault = telegram.fail("slow", method="getUpdates")
    hasty = replace(QUICK, receiving=replace(QUICK.receiving, silent_after=0.4))
    desk = start(pace=hasty)
    telegram.until(lambda: fault.times == 0)
    wang.says("在吗")
    telegram.until(wang.texts)
    assert desk.heard(wang)


# --- webhook ---------------------------------------------------------------------------------------------


def test_a_webhook_brings_what_waited_and_what_comes(
    start: StartTelegramDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    polling = start("desk-1")
    wang.says("一")
    telegram.until(lambda: len(wang.texts()) == 1)
    polling.server.stop()
    wang.says("二")
    desk = start("desk-2", telegram_receive="webhook")
    telegram.until(lambda: len(wang.texts()) == 2)
    assert set(telegram.calls_of("setWebhook")[0]["allowed_updates"]) == set(ALLOWED_UPDATES)
    wang.says("三")
    telegram.until(lambda: len(wang.texts()) == 3)
    desk.server.stop()
    wang.says("四")
    back = start("desk-3")
    telegram.until(lambda: len(wang.texts()) == 4)
    assert [message.text for message in back.heard(wang)] == ["一", "二", "三", "四"]


def test_the_webhook_lets_nobody_in_without_the_secret(desk: TelegramDesk) -> None:
    url = f"{desk.server.url}/telegram/webhook"
    secret = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(desk.telegram.token)}

    def post(content: bytes, headers: dict[str, str]) -> int:
        return httpx.post(url, content=content, headers=headers, trust_env=False).status_code

    assert post(b'{"update_id": 1}', {}) == 401
    assert post(b'{"update_id": 1}', {"X-Telegram-Bot-Api-Secret-Token": "x"}) == 401
    assert post(b"{", secret) == 400
    assert post(b'{"update_id": 1}', secret) == 200
    assert post(b'{"update_id": 1}', secret) == 200
    telegram_rows = desk.reads(lambda s: s.scalar(select(func.count()).select_from(TelegramUpdate)))
    assert telegram_rows == 1


def _state(desk: TelegramDesk) -> str:
    assert desk.server.desk.telegram is not None
    return desk.server.desk.telegram.receiver.status.state


def _health(desk: TelegramDesk) -> dict[str, str]:
    body = httpx.get(f"{desk.server.url}/health", trust_env=False).json()
    found: dict[str, str] = body["telegram"]
    return found


def _notices(desk: TelegramDesk) -> list[str]:
    return list(desk.reads(lambda session: session.scalars(select(Notice.kind)).all()))


def test_when_telegram_last_answered_is_kept(desk: TelegramDesk, clock: HandClock) -> None:
    desk.telegram.until(lambda: desk.telegram.calls_of("getUpdates"))
    row = desk.telegram.until(
        lambda: desk.reads(lambda session: session.scalars(select(TelegramBot)).one_or_none())
    )
    assert row.heard_at == clock()
