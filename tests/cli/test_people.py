"""People are added and given passwords while the desk works: the slow hash keeps nobody waiting."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import select

from bot.desk.people import passwords
from bot.process import people
from bot.process.people import add_person, first_login, new_password
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Agent
from tests.cli.conftest import Installation
from tests.support.guanjia import run


@pytest.fixture
def looked(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed; each time another program could write."""
    path = sqlite_url.removeprefix("sqlite:///")
    hashed: list[str] = []

    def hash_and_look(password: str) -> str:
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # raises "database is locked" while somebody writes
            other.rollback()
        hashed.append(password)
        return passwords.hashed(password)

    monkeypatch.setattr(people, "hashed", hash_and_look)
    return hashed


@pytest.mark.parametrize(
    "make",
    [
        first_login,
        lambda store: add_person(store, login="xiaoli", name="小李", role=Role.AGENT),
        lambda store: new_password(store, login="wangwu"),
    ],
    ids=["first", "added", "new_password"],
)
def test_nobody_waits_for_a_hash(
    sqlite_store: Store, looked: list[str], make: Callable[[Store], people.FirstLogin | None]
) -> None:
    if make is not first_login:
        add_person(sqlite_store, login="wangwu", name="王五", role=Role.AGENT)
    made = make(sqlite_store)
    assert made is not None
    assert looked[-1] == made.password


def test_a_locked_database_is_one_line_with_the_mend(installation: Installation) -> None:
    path = str(installation.store.engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = run("agent", "add", "wangwu", "--name", "王五", "--data", str(installation.data))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert re.search(r"database .*: another writer holds .*; wait a moment and try again", line)
    with installation.store.read() as session:
        assert "wangwu" not in session.scalars(select(Agent.login)).all()
