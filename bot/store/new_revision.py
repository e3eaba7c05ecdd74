"""Writes the next migration: compares the migrated tables with the models.

Usage: python -m bot.store.new_revision "what it does"
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from bot.store.engine import Store
from bot.store.migrate import _config, newest_revision, upgrade


def write_revision(message: str, revision: str) -> None:
    """Write `versions/<revision>_….py` for what the models have and the migrations lack."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'models.db'}"
        upgrade(url)
        store = Store.at(url)
        with store.write() as session:
            config = _config()
            config.attributes["connection"] = session.connection()
            command.revision(config, message=message, autogenerate=True, rev_id=revision)
        store.close()


def _next_id() -> str:
    try:
        return f"{int(newest_revision()) + 1:04d}"
    except RuntimeError:  # no migration yet
        return "0001"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_revision(sys.argv[1], _next_id())
