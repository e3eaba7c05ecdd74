"""Where the locked environments' Pythons are, and how the Rasa server's programs are run in theirs."""

import os
import sys
from pathlib import Path

from bot.process.faults import OperatorError
from bot.settings import PROJECT_DIR, Settings

HOME = PROJECT_DIR / ".guanjia"


def desk_python() -> Path:
    """The Python this process runs in: the desk's."""
    return Path(sys.executable)


def rasa_python() -> Path:
    """The Rasa server's Python. Raises OperatorError when its environment has not been built."""
    return python_of("rasa", override="GUANJIA_RASA_PYTHON")


def python_of(environment: str, *, override: str | None = None) -> Path:
    """The Python of an environment, at its own path, so that a later rebuild does not touch who uses it."""
    given = os.environ.get(override) if override else None
    if given:
        return Path(given)
    python = (HOME / "envs" / environment).resolve() / "bin" / "python"
    if not python.exists():
        raise OperatorError(
            f"environment {environment}", f"not built ({python} is not there)", "run ./guanjia up once"
        )
    return python


def rasa_command(*arguments: str) -> list[str]:
    """The words of a `rasa` command through our launcher."""
    return [str(rasa_python()), "-m", "bot.understanding.server.launcher", *arguments]


def desk_environment(settings: Settings) -> dict[str, str]:
    """What the desk process needs to come to the same settings, beside what we were given."""
    environment = {
        "GUANJIA_DATA_DIR": str(settings.data_dir),
        "GUANJIA_DATABASE_URL": settings.database_url,
        "GUANJIA_HOST": settings.host,
        "GUANJIA_PORT": str(settings.port),
        "GUANJIA_ACTIONS_PORT": str(settings.actions_port),
        "GUANJIA_RASA_PORT": str(settings.rasa_port),
        "GUANJIA_RASA_URL": settings.rasa_url,
        "GUANJIA_ESTATE_PATH": str(settings.estate_path),
    }
    if settings.public_url:
        environment["GUANJIA_PUBLIC_URL"] = settings.public_url
    return {**base_environment(), **environment}


def rasa_environment(settings: Settings) -> dict[str, str]:
    """What the Rasa server needs, and none of the desk's own secrets."""
    own = {
        name: value
        for name, value in base_environment().items()
        if not name.startswith(("GUANJIA_", "TELEGRAM_")) or name == "GUANJIA_CACHE"
    }
    own.pop("DATABASE_URL", None)
    # What Rasa pins is years old and warns of itself at each start.
    return {**own, "PYTHONWARNINGS": "ignore::DeprecationWarning", **settings.rasa_environment()}


def base_environment() -> dict[str, str]:
    """Our own environment, made fit for a program of this project run in either Python."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT_DIR),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "RASA_CACHE_DIRECTORY": str(HOME / "rasa-cache"),
        "RASA_TELEMETRY_ENABLED": "false",
    }
    environment.pop("PYTHONHOME", None)
    return environment
