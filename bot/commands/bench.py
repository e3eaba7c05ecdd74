"""`./guanjia bench [NAME]`: each benchmark of `benchmarks/`, in the environment it needs."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import typer

from bot.process.environments import base_environment, python_of, rasa_python
from bot.settings import PROJECT_DIR


@dataclass(frozen=True)
class Bench:
    """One folder of `benchmarks/`: where it runs and what it tells."""

    environment: str
    tells: str


BENCHES: Final[Mapping[str, Bench]] = {
    "rasa_server": Bench(
        "desk",
        "our Rasa server beside a stock one, as ratios (the default; 15 minutes, the first time 3 GB more): "
        "--residents N, --epochs N, --only guanjia|stock",
    ),
    "nlu": Bench(
        "rasa",
        "the understanding alone beside what was tried: --only NAME…, --stock, --curve, --pictures DIR",
    ),
    "emergency": Bench(
        "desk-dev", "from a cry at the web chat to the instructions on her page: --cries N, --stopped-only"
    ),
    "telegram": Bench(
        "desk-dev", "from a message at Telegram to its answer, one chat under 429 throughout: --residents N"
    ),
    "workspace": Bench(
        "desk-dev", "the desk's pages with a year's store, ten people at work: --postgres URL"
    ),
    "handbook": Bench("rasa", "the weights of the handbook's score, made anew"),
}
DEFAULT: Final = "rasa_server"


def register(app: typer.Typer) -> None:
    names = "\n\n".join(f"{name}: {one.tells}" for name, one in BENCHES.items())
    app.command(
        "bench",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        help=f"Measure; what follows the name goes to the benchmark (benchmarks/README.md).\n\n{names}",
        short_help="Measure: understanding, emergencies, Telegram, pages; beside a stock Rasa pipeline.",
    )(bench)


def bench(context: typer.Context) -> None:
    """Run the benchmark named first, else the comparison of servers, with what else was said."""
    words = list(context.args)
    name = words.pop(0) if words and not words[0].startswith("-") else DEFAULT
    if name not in BENCHES:
        raise typer.BadParameter(f"no benchmark {name!r}; there are {', '.join(BENCHES)}")
    environment = BENCHES[name].environment
    python = rasa_python() if environment == "rasa" else python_of(environment)
    command = [str(python), "-W", "ignore", "-m", f"benchmarks.{name}", *words]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=base_environment(), check=False)
    raise typer.Exit(done.returncode)
