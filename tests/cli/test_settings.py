"""Settings: where they come from, and what a damaged one says (field, reason, mend)."""

import json
import stat
from pathlib import Path

import pytest

from bot.process.opening import open_estate
from bot.settings import PROJECT_DIR, NotStartedYet, SettingsError, load_settings, read_estate


def test_the_caller_goes_before_the_environment_and_that_before_the_default(tmp_path: Path) -> None:
    env = {"GUANJIA_PORT": "9001", "GUANJIA_DATA_DIR": str(tmp_path / "a")}
    assert load_settings(environ={}, data_dir=tmp_path).port == 8080
    assert load_settings(environ=env).port == 9001
    found = load_settings(environ=env, port=9002, data_dir=tmp_path / "b")
    assert (found.port, found.data_dir) == (9002, tmp_path / "b")


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = load_settings(environ={}, data_dir=tmp_path)
    again = load_settings(environ={}, data_dir=tmp_path)
    assert first.operator_token == again.operator_token
    assert len({first.rasa_secret, first.actions_secret, first.operator_token}) == 3
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert first.operator_token not in repr(first)
    assert first.desk_id != again.desk_id


def test_an_unused_data_folder_stays_untouched_when_nothing_may_be_written(tmp_path: Path) -> None:
    with pytest.raises(NotStartedYet, match="has not been used yet"):
        load_settings(environ={}, data_dir=tmp_path / "new", write=False)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"rasa_secret": 5}', '{"rasa_secret": "short"}', "\0"],
)
def test_damaged_secrets_are_named_and_never_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="is damaged") as caught:
        load_settings(environ={}, data_dir=tmp_path)
    assert "restore the file from a backup" in str(caught.value)
    assert path.read_text() == content


def test_a_new_secret_is_added_to_an_older_installation(tmp_path: Path) -> None:
    load_settings(environ={}, data_dir=tmp_path)
    path = tmp_path / "secrets.json"
    kept = json.loads(path.read_text())
    del kept["actions_secret"]
    path.write_text(json.dumps(kept))
    assert load_settings(environ={}, data_dir=tmp_path).rasa_secret == kept["rasa_secret"]
    assert "actions_secret" in json.loads(path.read_text())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GUANJIA_PORT", "70000", "port: '70000' is no port"),
        ("GUANJIA_PORT", "http", "port: 'http' is no port"),
        ("GUANJIA_PUBLIC_URL", "chat.example.cn", "public_url: 'chat.example.cn' is no web address"),
        ("DATABASE_URL", "mysql://u:secret@h/n", "DATABASE_URL: 'mysql' is no database"),
        ("DATABASE_URL", "u:secret@h/n", "DATABASE_URL: "),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={name: value}, data_dir=tmp_path)
    assert str(caught.value).startswith(said)
    assert "secret" not in str(caught.value), "an address may hold a password"
    assert "; give " in str(caught.value)


def test_postgresql_addresses_mean_psycopg(tmp_path: Path) -> None:
    env = {"DATABASE_URL": "postgres://desk@db/guanjia"}
    assert (
        load_settings(environ=env, data_dir=tmp_path).database_url == "postgresql+psycopg://desk@db/guanjia"
    )


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="name another one with --data"):
        load_settings(environ={}, data_dir=tmp_path / "file" / "data")


def test_the_estate_of_the_data_folder_goes_before_the_sample(tmp_path: Path) -> None:
    assert load_settings(environ={}, data_dir=tmp_path).estate_path == PROJECT_DIR / "estate.yml"
    (tmp_path / "estate.yml").write_text("name: …", encoding="utf-8")
    assert load_settings(environ={}, data_dir=tmp_path).estate_path == tmp_path / "estate.yml"


def test_the_sample_estate_is_in_order(tmp_path: Path) -> None:
    assert open_estate(load_settings(environ={}, data_dir=tmp_path)).name


def test_an_estate_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "estate.yml"
    path.write_bytes("name: 锦绣花园".encode("gb18030"))
    with pytest.raises(SettingsError, match="is not UTF-8; save the file as UTF-8"):
        read_estate(path)


def test_an_estate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not there"):
        read_estate(tmp_path / "estate.yml")


def test_telegram_is_set_by_its_own_variables_and_the_token_is_never_shown(tmp_path: Path) -> None:
    token = "123456:AAFakeFakeFakeFakeFakeFake"
    env = {"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081/bot/"}
    found = load_settings(environ=env, data_dir=tmp_path)
    assert (found.telegram_token, found.telegram_api_url) == (token, "http://127.0.0.1:8081")
    assert token not in repr(found)
    assert load_settings(environ={}, data_dir=tmp_path).telegram_token is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "not-a-token"),
        ("TELEGRAM_API_BASE_URL", "127.0.0.1:8081"),
        ("TELEGRAM_PROXY", "ftp://host"),
        ("TELEGRAM_RECEIVE", "both"),
    ],
)
def test_a_mistake_about_telegram_names_the_variable_and_the_mend(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings(environ={name: value}, data_dir=tmp_path)
    assert caught.value.mend
