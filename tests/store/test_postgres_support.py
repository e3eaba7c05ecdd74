"""The tests' own PostgreSQL: found wherever Debian keeps it, and missed in one clear line."""

from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import WHAT_TO_INSTALL, PostgresServer, find_programs


def _install(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def test_without_postgresql_one_line_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="install Debian's `postgresql`") as missed:
        find_programs(pattern=f"{tmp_path}/*/bin", path=str(tmp_path))
    assert str(missed.value) == WHAT_TO_INSTALL
    assert "\n" not in WHAT_TO_INSTALL


def test_the_newest_of_debians_is_taken(tmp_path: Path) -> None:
    for version in ("9", "15", "17"):
        _install(tmp_path / version / "bin")
    assert find_programs(pattern=f"{tmp_path}/*/bin", path="") == tmp_path / "17" / "bin"


def test_one_that_is_only_on_path_will_do(tmp_path: Path) -> None:
    folder = _install(tmp_path / "somewhere")
    assert find_programs(pattern=f"{tmp_path}/none/*", path=str(folder)) == folder


def test_it_listens_on_no_network_and_runs_as_nobody_special(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        row = connection.execute("SHOW listen_addresses").fetchone()
    assert row == ("",)
    assert postgres.folder.stat().st_uid != 0
