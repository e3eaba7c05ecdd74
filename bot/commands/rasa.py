"""`./guanjia rasa …`: the `rasa` command in its own environment, through our launcher."""

import asyncio
import os
import sys

import typer

from bot.process.environments import HOME, base_environment, rasa_command, rasa_environment
from bot.process.models import ensure_model
from bot.process.ports import free_port
from bot.settings import PROJECT_DIR, load_settings

NEEDS_MODEL = ("shell", "run", "interactive")


def register(app: typer.Typer) -> None:
    app.command(
        "rasa",
        context_settings={
            "allow_extra_args": True,
            "ignore_unknown_options": True,
            "help_option_names": [],
            "allow_interspersed_args": False,
        },
    )(rasa)


def rasa(context: typer.Context) -> None:
    """Rasa's own command line: train, data validate, shell, test … (`./guanjia rasa --help`)."""
    words = list(context.args)
    # A developer's shell has secrets and dialogues of its own, apart from any desk's.
    settings = load_settings(data_dir=HOME / "rasa-shell", actions_port=free_port("127.0.0.1", 5055))
    environment = {**base_environment(), **rasa_environment(settings)}
    if words and words[0] in NEEDS_MODEL and not {"-m", "--model"} & set(words):
        model = asyncio.run(ensure_model(lambda line: typer.echo(line, err=True)))
        words += ["--model", str(model)]
    os.chdir(PROJECT_DIR)
    sys.stdout.flush()
    command = rasa_command(*words)
    os.execve(command[0], command, environment)
