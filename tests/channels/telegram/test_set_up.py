"""Set-up: what doctor says, the link and its QR code, where updates are to be brought."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.desk.people.residents import Verified, verify_with_code
from bot.messaging.channels.telegram.service import webhook_address
from bot.process.doctor import Finding, Verdict
from bot.process.doctor import telegram as look
from bot.process.faults import OperatorError
from bot.settings import Settings, load_settings
from bot.store.engine import Store
from bot.store.tables import Household
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import make_cast


@pytest.fixture
def settings(telegram: FakeTelegram, tmp_path: Path, sqlite_url: str) -> Settings:
    env = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.url}
    return load_settings(environ=env, data_dir=tmp_path, database_url=sqlite_url)


def test_doctor_says_that_all_is_well_and_what_could_be_better(settings: Settings) -> None:
    good, *hints = look(settings)
    assert good == Finding(Verdict.GOOD, "telegram", "@guanjia_bot, receives by polling")
    assert ["/setjoingroups" in hint.mend for hint in hints] == [True]


def test_doctor_names_a_wrong_token_and_a_server_that_is_away(
    settings: Settings, telegram: FakeTelegram
) -> None:
    wrong = replace(settings, telegram_token="4242424242:AAwrongwrongwrongwrong")
    with pytest.raises(OperatorError, match="token is refused"):
        list(look(wrong))
    telegram.stop()
    with pytest.raises(OperatorError, match="does not answer"):
        list(look(settings))


def test_doctor_says_what_a_webhook_suffers_from(settings: Settings, telegram: FakeTelegram) -> None:
    telegram.world.webhook.url = "https://elsewhere.example/hook"
    telegram.world.webhook.last_error = "Wrong response from the webhook: 502"
    found = list(look(settings))
    assert [one.found for one in found if one.verdict is Verdict.FAULT] == [
        "cannot bring updates: Wrong response from the webhook: 502"
    ]
    assert any("another webhook" in one.found for one in found)


@pytest.mark.parametrize(
    ("public", "receive", "expected"),
    [
        (None, "auto", None),
        ("https://chat.example.cn", "auto", "https://chat.example.cn/telegram/webhook"),
        ("https://chat.example.cn:8443", "auto", "https://chat.example.cn:8443/telegram/webhook"),
        ("https://chat.example.cn:9000", "auto", None),
        ("http://10.0.0.5:8080", "auto", None),
        ("http://10.0.0.5:8080", "webhook", "http://10.0.0.5:8080/telegram/webhook"),
        ("https://chat.example.cn", "poll", None),
    ],
)
def test_where_updates_are_brought(
    settings: Settings, public: str | None, receive: str, expected: str | None
) -> None:
    found = webhook_address(replace(settings, public_url=public, telegram_receive=receive))
    assert found == expected


def test_the_link_and_its_code_for_one_home(
    settings: Settings, telegram: FakeTelegram, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    cast = make_cast(sqlite_store, now=now)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", telegram.token)
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", telegram.url)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    picture = settings.data_dir / "board.svg"
    words = [
        "telegram",
        "link",
        "--home",
        "3-2-1201",
        "--out",
        str(picture),
        "--data",
        str(settings.data_dir),
    ]
    done = CliRunner().invoke(build_app("telegram"), words)
    assert done.exit_code == 0, done.output
    address = done.output.splitlines()[0]
    assert address.startswith("https://t.me/guanjia_bot?start=")
    parameter = address.partition("start=")[2]
    assert len(parameter) <= 64
    assert picture.read_text().startswith("<?xml")
    with sqlite_store.write() as session:
        outcome = verify_with_code(
            session,
            resident_id=cast.stranger.resident_id,
            code=parameter,
            now=now + timedelta(days=1),
        )
        assert session.query(Household).count() == 2
    assert outcome == Verified("3-2-1201")


def test_nothing_of_this_is_needed_without_a_token(tmp_path: Path) -> None:
    [only] = look(load_settings(environ={}, data_dir=tmp_path))
    assert only.verdict is Verdict.GOOD
