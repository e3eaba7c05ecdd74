"""`./guanjia lint` and `./guanjia fmt`: ruff, mypy once per environment, and the directions of imports."""

import subprocess

import typer

from bot.process.environments import base_environment, python_of
from bot.process.suite import RASA_TESTS
from bot.settings import PROJECT_DIR

RASA_SIDE = (
    "bot/language",
    "bot/understanding",
    "policies",
    "benchmarks/handbook",
    "benchmarks/nlu",
    "benchmarks/rasa_server/stock",
)
"""What runs in Rasa's environment (SQLAlchemy 1.4, pydantic 1); everything else is the desk's."""
ROOMS = ("bot", "actions", "policies", "tests", "benchmarks")


def register(app: typer.Typer) -> None:
    app.command("lint")(lint)
    app.command("fmt")(fmt)


def lint() -> None:
    """Check style, types and the directions of imports; exit code 1 if anything is found."""
    desk, rasa = python_of("desk-dev"), python_of("rasa-dev")
    checks = {
        "ruff check": [desk, "-m", "ruff", "check", "."],
        "ruff format": [desk, "-m", "ruff", "format", "--check", "."],
        "mypy (desk)": [desk, "-m", "mypy", *desk_files()],
        "mypy (rasa)": [rasa, "-m", "mypy", "--cache-dir=.mypy_cache/rasa", *rasa_files()],
        "imports": [desk, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    }
    failed = [name for name, command in checks.items() if not _passes(name, [str(word) for word in command])]
    if failed:
        typer.echo(f"lint: {', '.join(failed)}: see above", err=True)
        raise typer.Exit(1)


def fmt() -> None:
    """Format the code, and mend what can be mended by rule."""
    python = str(python_of("desk-dev"))
    mended = _passes("ruff check --fix", [python, "-m", "ruff", "check", "--fix", "."])
    formatted = _passes("ruff format", [python, "-m", "ruff", "format", "."])
    if not (mended and formatted):
        raise typer.Exit(1)


def desk_files() -> list[str]:
    """Python files that mypy checks in the desk's environment."""
    return [path for path in python_files() if not _is_rasa_side(path)]


def rasa_files() -> list[str]:
    """Python files that mypy checks in Rasa's environment."""
    return [path for path in python_files() if _is_rasa_side(path)]


def python_files() -> list[str]:
    """All Python files of the project, as paths in it."""
    found = [path for room in ROOMS for path in (PROJECT_DIR / room).rglob("*.py")]
    return sorted(path.relative_to(PROJECT_DIR).as_posix() for path in found)


def _is_rasa_side(path: str) -> bool:
    return path.startswith(tuple(f"{room}/" for room in (*RASA_SIDE, *RASA_TESTS)))


def _passes(name: str, command: list[str]) -> bool:
    typer.echo(f"── {name}", err=True)
    return subprocess.run(command, cwd=PROJECT_DIR, env=base_environment(), check=False).returncode == 0
