"""`./guanjia test`: the whole suite, once per environment, each over its own tests."""

import asyncio
import os
import subprocess
import time

import typer

from bot.commands.lint import RASA_TESTS
from bot.process.environments import base_environment, python_of, rasa_python
from bot.process.models import ensure_model
from bot.process.system_packages import bring_packages
from bot.settings import PROJECT_DIR

BOTH = ("tests/language",)
"""Plain Python for both sides: tested in both; the rest of RASA_TESTS needs Rasa's environment."""
NO_TESTS = 5
"""pytest's exit code when nothing was selected."""


def register(app: typer.Typer) -> None:
    app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)


def test(context: typer.Context) -> None:
    """Run all tests; what follows `--` goes to pytest (`./guanjia test -- tests/cli -k backup`).

    Installs Chromium, Chinese fonts and PostgreSQL when run as root, else says what is missing.
    """
    bring_packages(_say)
    asyncio.run(ensure_model(_say))  # once, before the tests that all look for it
    environment = {**base_environment(), "GUANJIA_RASA_PYTHON": str(rasa_python())}
    paths = [word for word in context.args if (PROJECT_DIR / word.split("::")[0]).exists()]
    options = [word for word in context.args if word not in paths]
    ends = {
        side: _run_pytest(side, selected, options, environment)
        for side, selected in _sides(paths).items()
        if selected
    }
    for side, code in ends.items():
        _say(f"tests ({side}): {'passed' if code in (0, NO_TESTS) else f'FAILED (pytest: {code})'}")
    if any(code not in (0, NO_TESTS) for code in ends.values()) or set(ends.values()) == {NO_TESTS}:
        raise typer.Exit(1)


def _sides(paths: list[str]) -> dict[str, list[str]]:
    """What pytest is told in each environment: the named tests, or all that belong there."""
    rasa_only = [room for room in RASA_TESTS if room not in BOTH]
    if not paths:
        ignored = [f"--ignore={room}" for room in rasa_only]
        present = [room for room in RASA_TESTS if (PROJECT_DIR / room).is_dir()]
        return {"rasa": present, "desk": ["tests", *ignored]}
    return {
        "rasa": [path for path in paths if _within(path, RASA_TESTS)],
        "desk": [path for path in paths if not _within(path, rasa_only)],
    }


def _within(path: str, rooms: "tuple[str, ...] | list[str]") -> bool:
    return any(path == room or path.startswith(f"{room}/") for room in rooms)


def _run_pytest(side: str, selected: list[str], options: list[str], environment: dict[str, str]) -> int:
    _say(f"tests ({side}): {' '.join(selected)}")
    started = time.monotonic()
    python = python_of(f"{side}-dev")
    # What Rasa pins is years old and warns of itself by the hundred.
    quiet = ["-W", "ignore::DeprecationWarning"] if side == "rasa" else []
    done = subprocess.run(
        [str(python), "-m", "pytest", *quiet, *selected, *options],
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.DEVNULL if os.environ.get("CI") else None,
        check=False,
    )
    _say(f"tests ({side}): {time.monotonic() - started:.0f} s")
    return done.returncode


def _say(line: str) -> None:
    typer.echo(f"── {line}")
