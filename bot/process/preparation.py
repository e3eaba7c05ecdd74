"""Is a data folder ready for the desk of this program, and how it is made so: in a process that ends.

The supervisor stays for ever and should be small, and a start should be quick: so what needs the store
runs in a process of its own, and only when something changed since it ran last.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bot.process.child import LEASH
from bot.process.environments import desk_environment
from bot.settings import Settings

NO_SAMPLE = "--no-sample"


def prepare_if_needed(settings: Settings, *, sample: bool) -> int:
    """Migrate the store, check the estate, fill what is empty; the exit code, 0 when all is ready.

    It prints what an operator must know: the first login, or what is wrong.
    """
    if is_prepared(settings):
        return 0
    words = [sys.executable, "-m", "bot.process.first_run", *([] if sample else [NO_SAMPLE])]
    leash = [sys.executable, "-I", str(LEASH), str(os.getpid())]
    environment = desk_environment(settings)
    return subprocess.run([*leash, *words], env=environment, cwd=settings.project_dir, check=False).returncode


def is_prepared(settings: Settings) -> bool:
    """Has this very program prepared this store for this estate before?"""
    if settings.database_url.startswith("sqlite") and not (settings.data_dir / "guanjia.db").exists():
        return False
    try:
        return _mark(settings).read_text(encoding="utf-8") == _state(settings)
    except OSError:
        return False


def remember(settings: Settings) -> None:
    """Write down that all is ready."""
    _mark(settings).write_text(_state(settings), encoding="utf-8")


def _mark(settings: Settings) -> Path:
    return settings.data_dir / ".prepared"


def _state(settings: Settings) -> str:
    """What the preparation depends on, as a hash: database, migrations, and the estate with its reader."""
    total = hashlib.sha256(settings.database_url.encode())
    rooms = ("store/migrations", "desk/estate")
    files = [settings.estate_path]
    files += [path for room in rooms for path in (settings.project_dir / "bot" / room).rglob("*.py")]
    for path in sorted(files):
        total.update(path.read_bytes())
    return total.hexdigest()
