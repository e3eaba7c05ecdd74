"""One file that holds a whole installation, made while it runs, and the way back.

A backup is a .tar.gz with `backup.json` (what it is), the database (`guanjia.db`, or `guanjia.pgdump`
from PostgreSQL), `attachments/`, `secrets.json` and `estate.yml`. The database is copied first: an
attachment lies in its folder before the row that names it is written, so each row's file is there.
Rasa's tracker is left out: it is disposable.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from bot.process import postgres
from bot.process.faults import OperatorError
from bot.settings import Settings

FORMAT = 1
MANIFEST, SQLITE, POSTGRES = "backup.json", "guanjia.db", "guanjia.pgdump"


@dataclass(frozen=True)
class Backup:
    """What was written."""

    path: Path
    attachments: int
    size: int


def make_backup(settings: Settings, target: Path) -> Backup:
    """Write a backup to `target`, whole or not at all, readable by its owner only (it holds secrets)."""
    half = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch:
            database = _copy_database(settings, Path(scratch))
            file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(file, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=5) as tar:
                _add_manifest(tar, database.name)
                tar.add(database, database.name)
                tar.add(settings.data_dir / "secrets.json", "secrets.json")
                tar.add(settings.estate_path, "estate.yml")
                count = _add_attachments(tar, settings.attachments_dir)
        half.replace(target)
    except OSError as fault:
        raise OperatorError(
            f"backup {target}", fault.strerror or str(fault), "make room, or name another file"
        ) from fault
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return Backup(target, count, target.stat().st_size)


def unpack(path: Path, settings: Callable[[], Settings], data: Path) -> Settings:
    """Put a backup's files into the empty folder `data`, then its database where `settings()` says.

    Raises OperatorError for a folder in use or a file that is no backup; the folder is then as before.
    """
    _require_empty(data)
    half = data.with_name(f".{data.name}.{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    try:
        with _opened(path) as tar:
            manifest = _manifest(tar, path)
            half.mkdir(parents=True)
            tar.extractall(half, filter="data")
        (half / MANIFEST).unlink()
        (half / "attachments").mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            data.rmdir()
        half.rename(data)
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise OperatorError(
            f"backup {path}", f"cannot be unpacked ({fault})", "use another backup"
        ) from fault
    finally:
        shutil.rmtree(half, ignore_errors=True)
    (data / "secrets.json").chmod(0o600)
    try:
        restored = settings()
        if manifest["database"] == POSTGRES:
            postgres.restore(restored.database_url, data / POSTGRES)
            (data / POSTGRES).unlink()
        elif not restored.database_url.startswith("sqlite"):
            reason = "names PostgreSQL, but this backup is of SQLite"
            raise OperatorError("DATABASE_URL", reason, "unset it and restore again")
    except BaseException:
        shutil.rmtree(data)  # half an installation is none
        raise
    return restored


def _copy_database(settings: Settings, folder: Path) -> Path:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        postgres.dump(settings.database_url, folder / POSTGRES)
        return folder / POSTGRES
    source = Path(str(url.database))
    if not source.exists():
        raise OperatorError(
            f"database {source}", "is not there", "name the data folder with --data, or start it once"
        )
    copy = folder / SQLITE
    # SQLite's own online copy: one consistent state, while others write. All pages in one step, else
    # a busy desk would make it begin again and again.
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as running,
        contextlib.closing(sqlite3.connect(copy)) as kept,
    ):
        try:
            running.backup(kept)
            fault = kept.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            fault = str(error)
    if fault != "ok":
        raise OperatorError(f"database {source}", str(fault), "restore an older backup; this one is damaged")
    return copy


def _add_manifest(tar: tarfile.TarFile, database: str) -> None:
    made_at = datetime.now(UTC)
    content = {"guanjia": FORMAT, "database": database, "made_at": made_at.isoformat(timespec="seconds")}
    raw = (json.dumps(content, indent=2) + "\n").encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mtime = len(raw), int(made_at.timestamp())
    tar.addfile(info, io.BytesIO(raw))


def _add_attachments(tar: tarfile.TarFile, folder: Path) -> int:
    count = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            tar.add(path, f"attachments/{path.relative_to(folder)}")
            count += 1
    return count


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        tar = tarfile.open(path, "r:gz")  # noqa: SIM115 - closed below; only opening has these faults
    except FileNotFoundError:
        raise OperatorError(f"backup {path}", "is not there", "look at the name") from None
    except (OSError, tarfile.TarError, EOFError) as fault:
        raise OperatorError(f"backup {path}", f"is no backup ({fault})", "use another file") from fault
    with tar:
        yield tar


def _manifest(tar: tarfile.TarFile, path: Path) -> dict[str, Any]:
    """What the backup says it is; it comes first in the file."""
    try:
        member = tar.extractfile(MANIFEST)
        content = json.load(member) if member else None
    except (KeyError, ValueError):
        content = None
    if not isinstance(content, dict) or content.get("database") not in (SQLITE, POSTGRES):
        raise OperatorError(f"backup {path}", "was not made by guanjia backup", "use another file")
    if content.get("guanjia") != FORMAT:
        raise OperatorError(
            f"backup {path}", f"has format {content.get('guanjia')}", "restore it with the newer version"
        )
    return content


def _require_empty(data: Path) -> None:
    if data.exists() and any(data.iterdir()):
        raise OperatorError(
            f"data folder {data}", "is not empty", "restore into a new folder, or move this one away first"
        )
