"""PostgreSQL's own tools for backup and restore, never given a password on their command line."""

import shutil
import subprocess
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from bot.process.environments import base_environment
from bot.process.faults import OperatorError


def dump(url: str, target: Path) -> None:
    """Copy the database into one file, consistent while others write (pg_dump's custom format)."""
    _run(url, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def restore(url: str, source: Path) -> None:
    """Fill an empty database from such a file, wholly or not at all."""
    if _tables(url) > 0:
        raise OperatorError("DATABASE_URL", "that database is not empty", "create an empty one and name it")
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run(url, "pg_restore", [*options, f"--dbname={make_url(url).database}", str(source)])


def _run(url: str, tool: str, options: list[str]) -> None:
    address = make_url(url)
    found = shutil.which(tool) or _newest(tool)
    if found is None:
        raise OperatorError(
            tool, "is not installed", "install PostgreSQL's client, e.g. apt-get install postgresql-client"
        )
    done = subprocess.run(
        [found, "--no-password", *options],
        env={**base_environment(), **_connection(address)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()
        raise OperatorError(tool, why[0] if why else f"ended with {done.returncode}", "mend that, try again")


def _newest(tool: str) -> str | None:
    """Debian keeps the tools of each version apart."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), key=lambda path: path.parts[-3])
    return str(found[-1]) if found else None


def _connection(address: URL) -> dict[str, str]:
    query = {f"PG{key.upper()}": str(value) for key, value in address.query.items() if key != "options"}
    known = {
        "PGHOST": address.host or query.pop("PGHOST", None),
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": str(address.password) if address.password else None,
        "PGDATABASE": address.database,
    }
    return {**query, **{name: value for name, value in known.items() if value}}


def _tables(url: str) -> int:
    address = make_url(url).set(drivername="postgresql")
    try:
        with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            ).fetchone()
    except psycopg.OperationalError as fault:
        reason = str(fault).strip().splitlines()[0]
        raise OperatorError("DATABASE_URL", reason, "create the database and let us in") from fault
    return int(row[0]) if row else 0
