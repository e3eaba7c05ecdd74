"""`./guanjia bench`: how our Rasa server, or the understanding alone, compares with a stock one."""

import subprocess
import sys

import typer

from bot.process.environments import base_environment, rasa_python
from bot.settings import PROJECT_DIR


def register(app: typer.Typer) -> None:
    app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(context: typer.Context) -> None:
    """Compare with a stock Rasa pipeline; prints a table (some 15 minutes; the first time also 3 GB).

    `bench nlu` compares the understanding alone with what was tried. What follows goes to the benchmark:
    --residents N, --only guanjia|stock; for nlu --stock, --curve, --pictures DIR (benchmarks/README.md).
    """
    words = list(context.args)
    if words[:1] == ["nlu"]:
        command = [str(rasa_python()), "-W", "ignore", "-m", "benchmarks.nlu", *words[1:]]
    else:
        command = [sys.executable, "-m", "benchmarks.rasa_server", *words]
    done = subprocess.run(
        command,
        cwd=PROJECT_DIR,
        env=base_environment(),
        check=False,
    )
    raise typer.Exit(done.returncode)
