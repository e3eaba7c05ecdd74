"""A PostgreSQL server of the tests' own: temp folder, unprivileged user, unix socket, gone at the end."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot.store.tables import Base

WHAT_TO_INSTALL = "PostgreSQL is missing: install Debian's `postgresql` (initdb and postgres are looked for)"
DEBIANS = "/usr/lib/postgresql/*/bin"
START_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_RESTART_IDS = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
)


@dataclass
class PostgresServer:
    """A running server; every test takes a database of its own."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    made: int = 0

    def url(self, database: str) -> str:
        """The SQLAlchemy and libpq address of one of its databases."""
        return f"postgresql://guanjia@/{database}?host={quote(str(self.folder), safe='')}"

    def create(self) -> str:
        """A new, empty database; returns its name."""
        self.made += 1
        name = f"t{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def empty(self, database: str) -> None:
        """Take every row out of a migrated database and begin its ids at 1; ends whoever is connected."""
        tables = reversed(Base.metadata.sorted_tables)
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            connection.execute("; ".join(f"DELETE FROM {table.name}" for table in tables).encode())
            connection.execute(_RESTART_IDS)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        self.process.wait(timeout=START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres() -> PostgresServer:
    """Start a server. Raises `RuntimeError` with one line that says what to install when there is none."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="guanjia-pg-"))
    who = _unprivileged(folder)
    data = folder / "data"
    options = ["-U", "guanjia", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    initdb = subprocess.run(
        [programs / "initdb", "-D", data, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **who,
    )
    if initdb.returncode != 0:
        raise RuntimeError(f"initdb failed: {initdb.stderr.strip()}")
    settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses="]
    settings += [f"unix_socket_directories={folder}", "max_connections=200", "shared_buffers=32MB"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"-c{setting}" for setting in settings)],
            cwd=folder,
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_parent,
            **who,
        )
    server = PostgresServer(folder, process)
    _wait(server)
    return server


def find_programs(pattern: str = DEBIANS, path: str | None = None) -> Path:
    """The newest folder with `initdb` and `postgres`: Debian keeps them off PATH, so look there first."""
    candidates = sorted(glob(pattern), key=_version, reverse=True)
    on_path = shutil.which("postgres", path=path)
    if on_path:
        candidates.append(os.path.dirname(os.path.realpath(on_path)))
    for folder in map(Path, candidates):
        if all((folder / name).exists() for name in ("initdb", "postgres")):
            return folder
    raise RuntimeError(WHAT_TO_INSTALL)


def _version(folder: str) -> int:
    number = Path(folder).parent.name
    return int(number) if number.isdigit() else 0


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Whom to run as: PostgreSQL refuses root, so a user that owns the folder and nothing else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "env": {**os.environ, "HOME": str(folder)},
    }


def _die_with_parent() -> None:
    # Also when the tests are killed hard nothing is left behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait(server: PostgresServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            log = (server.folder / "log").read_text(errors="replace")
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log[-2000:]}") from error
            time.sleep(0.05)  # waits for another process, not for our own code
