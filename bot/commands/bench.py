"""`./guanjia bench`: how our Rasa server compares with a stock one, measured on this machine."""

import subprocess
import sys

import typer

from bot.process.environments import base_environment
from bot.settings import PROJECT_DIR


def register(app: typer.Typer) -> None:
    app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(context: typer.Context) -> None:
    """Compare with a stock Rasa pipeline; prints a table (some 15 minutes; the first time also 3 GB).

    What follows goes to the benchmark: --residents N, --only guanjia|stock (benchmarks/README.md).
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rasa_server", *context.args],
        cwd=PROJECT_DIR,
        env=base_environment(),
        check=False,
    )
    raise typer.Exit(done.returncode)
