"""Binding the group and the accounts from the command line, and what doctor says of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import build_app
from bot.messaging.channels.telegram_staff.groups import agent_of, bind_member, bound_group
from bot.process.doctor import Verdict, telegram_group
from bot.settings import Settings, load_settings
from bot.store.actors import OPERATOR
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Agent
from bot.store.telegram_staff_tables import StaffGroup
from tests.channels.telegram.test_duty import estate_that_pages
from tests.channels.telegram_staff.staff import BOT_ID
from tests.doubles.telegram.forum_people import RIGHTS, TelegramForum
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.cast import Cast, make_cast
from tests.support.clock import MORNING


@pytest.fixture
def settings(
    telegram: FakeTelegram, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    env = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.url}
    for name, value in {**env, "DATABASE_URL": sqlite_url}.items():
        monkeypatch.setenv(name, value)
    return load_settings(data_dir=tmp_path)


@pytest.fixture
def cast(sqlite_store: Store) -> Cast:
    return make_cast(sqlite_store, now=MORNING)


def guanjia(settings: Settings, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(build_app("telegram"), ["telegram", *words, "--data", str(settings.data_dir)])
    return done.exit_code, done.output + str(done.exception or "")


def findings(settings: Settings) -> list[tuple[Verdict, str]]:
    return [(one.verdict, one.found) for one in telegram_group(settings)]


def test_the_link_carries_a_code_that_is_kept_as_a_hash_and_asks_for_the_rights(
    settings: Settings, sqlite_store: Store
) -> None:
    code, said = guanjia(settings, "staff")
    assert code == 0, said
    address = said.splitlines()[0]
    assert address.startswith("https://t.me/guanjia_bot?startgroup=")
    assert address.endswith("&admin=manage_topics+pin_messages")
    secret = address.partition("startgroup=")[2].partition("&")[0]
    assert len(secret) <= 64
    with sqlite_store.read() as session:
        row = session.scalars(select(StaffGroup)).one()
    assert row.chat_id is None
    assert secret not in str(row.code_hash)


def test_a_group_is_bound_by_its_number_only_when_it_can_be_used(
    settings: Settings, telegram: FakeTelegram, sqlite_store: Store
) -> None:
    forum = TelegramForum(telegram, "物业客服", forum=False, bot_rights=frozenset())
    for words in ("no topics", "may not manage topics"):
        code, said = guanjia(settings, "staff", "--group", str(forum.id))
        assert code != 0
        assert words in said
        forum.chat.body["is_forum"] = True
    forum.chat.bot_rights = RIGHTS
    code, said = guanjia(settings, "staff", "--group", str(forum.id))
    assert (code, said.strip()) == (0, "Bound: 物业客服")
    with sqlite_store.read() as session:
        group = bound_group(session, BOT_ID)
    assert group is not None
    assert group.chat_id == forum.id
    assert guanjia(settings, "staff", "--off")[0] == 0
    assert findings(settings) == [(Verdict.GOOD, "none bound (./guanjia telegram staff)")]


def test_doctor_names_what_the_group_lacks_and_who_cannot_answer(
    settings: Settings, telegram: FakeTelegram, cast: Cast
) -> None:
    forum = TelegramForum(telegram, "物业客服")
    guanjia(settings, "staff", "--group", str(forum.id))
    assert findings(settings) == [
        (Verdict.GOOD, "agents serve from the group '物业客服'"),
        (Verdict.HINT, "cannot answer from the group: chenjie, xiaoli"),
    ]
    assert guanjia(settings, "agent", "xiaoli", "--user", "5000000077")[0] == 0
    forum.chat.bot_rights = RIGHTS - {"can_pin_messages"}
    assert [found for _, found in findings(settings)][1:] == [
        "the bot may not pin the first message of a topic",
        "cannot answer from the group: chenjie",
    ]
    forum.chat.bot_rights = frozenset()
    assert findings(settings) == [(Verdict.FAULT, "the bot may not manage topics")]
    forum.chat.blocked = True
    assert findings(settings) == [(Verdict.FAULT, "the bot is not in the group")]


def test_without_a_database_or_a_bot_doctor_has_nothing_to_say(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, database_url=f"sqlite:///{tmp_path / 'none.db'}")
    assert findings(away) == [(Verdict.GOOD, "none bound (./guanjia telegram staff)")]
    assert findings(replace(settings, telegram_token=None)) == []


def test_an_account_is_one_persons_and_only_of_who_serves_chats(
    settings: Settings, sqlite_store: Store, cast: Cast
) -> None:
    assert guanjia(settings, "agent", "xiaoli", "--user", "5000000077") == (0, "小李: 5000000077\n")
    assert guanjia(settings, "agent", "chenjie", "--user", "5000000077") == (0, "陈姐: 5000000077\n")
    assert guanjia(settings, "agent", "nobody", "--user", "5")[0] != 0
    assert guanjia(settings, "agent", "xiaoli")[0] != 0
    assert guanjia(settings, "agent", "xiaoli", "--off")[0] != 0  # hers went to 陈姐
    assert guanjia(settings, "agent", "chenjie", "--off") == (0, "陈姐: unbound\n")
    with sqlite_store.write() as session:
        session.get_one(Agent, cast.li.agent_id).role = Role.STAFF
    assert "serves no chats" in guanjia(settings, "agent", "xiaoli", "--user", "5000000077")[1]


def test_the_number_on_the_duty_list_is_an_account_too_until_an_admin_binds_another(
    telegram: FakeTelegram, sqlite_store: Store, cast: Cast
) -> None:
    li = TelegramPerson(telegram, "小李")
    estate = estate_that_pages(li)
    with sqlite_store.write() as session:
        found = agent_of(session, estate, li.id)
        assert found is not None
        assert found.id == cast.li.agent_id
        bind_member(session, user_id=77, agent_id=cast.li.agent_id, by=OPERATOR, now=MORNING)
        assert agent_of(session, estate, li.id) is None
        assert agent_of(session, estate, 77) is found
        found.active = False
        session.flush()
        assert agent_of(session, estate, 77) is None
