"""What a desk on SQLite leaves out of its memory: the other database's driver, migrations, a web server."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.migrate import upgrade
from tests.support.estates import PROJECT

STARTED = """
import sys
from bot.app import create_actions, open_desk
from bot.settings import load_settings
from bot.store.migrate import upgrade
import bot.serve
settings = load_settings(environ={"DATABASE_URL": sys.argv[1]}, data_dir=sys.argv[2])
upgrade(settings.database_url)
create_actions(open_desk(settings))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def loaded(tmp_path: Path) -> set[str]:
    """The packages of a desk process that has started on a store which needs no migration."""
    url = f"sqlite:///{tmp_path / 'guanjia.db'}"
    upgrade(url)
    done = subprocess.run(
        [sys.executable, "-c", STARTED, url, str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_desk_on_sqlite_loads_nothing_it_does_not_use(loaded: set[str]) -> None:
    assert "rasa_sdk" in loaded
    assert loaded & {"psycopg", "alembic", "mako", "sanic"} == set()
