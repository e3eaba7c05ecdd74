"""`./guanjia test`: the whole suite, once per environment, in parts that run beside one another."""

import asyncio
import os
import subprocess
import time
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.process.environments import base_environment, rasa_python
from bot.process.models import ensure_model
from bot.process.suite import NO_TESTS, Part, Run, of_paths, run_side_by_side, summary, whole_suite
from bot.process.system_packages import bring_packages
from bot.settings import PROJECT_DIR

MOST_LANES = 4
"""A part takes up to 1.5 GB: more than this many at once is for those who ask for it."""


def register(app: typer.Typer) -> None:
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command("test", context_settings=settings)(run_tests)


def run_tests(
    context: typer.Context,
    lanes: Annotated[
        int | None,
        typer.Option(min=1, help="Parts of the suite at once (as many as cores, at most 4)."),
    ] = None,
) -> None:
    """Run all tests; what follows `--` goes to pytest (`./guanjia test -- tests/cli -k backup`).

    Installs Chromium, Chinese fonts and PostgreSQL when run as root, else says what is missing.
    """
    bring_packages(_say)
    model = asyncio.run(ensure_model(_say))  # once, before the tests that all look for it
    environment = {
        **base_environment(),
        "GUANJIA_RASA_PYTHON": str(rasa_python()),
        "GUANJIA_TEST_MODEL": str(model),
    }
    paths = [word for word in context.args if (PROJECT_DIR / word.split("::")[0]).exists()]
    options = [word for word in context.args if word not in paths]
    began = time.monotonic()
    if paths:
        runs = [_run_here(part, options, environment) for part in of_paths(paths)]
    else:
        at_once = lanes or min(MOST_LANES, os.cpu_count() or 1)
        parts = whole_suite(PROJECT_DIR)
        runs = asyncio.run(run_side_by_side(parts, options, environment, lanes=at_once, say=_say))
    for line in summary(runs):
        _say(line)
    _say(f"{time.monotonic() - began:.0f} s")
    if any(not run.passed for run in runs) or all(run.code == NO_TESTS for run in runs):
        raise typer.Exit(1)


def _run_here(part: Part, options: Sequence[str], environment: dict[str, str]) -> Run:
    """A few tests: at this terminal, whose keys go to pytest (`-- --pdb`)."""
    _say(f"tests ({part.name}): {' '.join(part.paths)}")
    run = Run(part, time.monotonic())
    run.code = subprocess.run(
        part.command(options),
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.DEVNULL if os.environ.get("CI") else None,
        check=False,
    ).returncode
    run.took = time.monotonic() - run.began
    return run


def _say(line: str) -> None:
    typer.echo(f"── {line}")
