"""`./guanjia …`: one file a command group in bot/commands; only the one that is called is loaded.

Mistakes an operator can mend are one line on stderr (which thing, why, the mend) and exit code 1;
a wrong command line is exit code 2.
"""

import importlib
import sys
from collections.abc import Sequence

import typer

from bot.process.faults import OperatorError
from bot.settings import SettingsError

COMMANDS = {
    "up": "up",
    "chat": "chat",
    "train": "train",
    "parse": "parse",
    "import": "households",
    "agent": "agent",
    "backup": "backup",
    "restore": "backup",
    "telegram": "telegram",
    "doctor": "doctor",
    "rasa": "rasa",
    "test": "test",
    "lint": "lint",
    "fmt": "lint",
    "bench": "bench",
}
"""Each command and its file in bot/commands, in the order that the help shows them."""


def build_app(command: str | None) -> typer.Typer:
    """The application with this command, or with all of them (for the help and for mistakes)."""
    app = typer.Typer(
        name="guanjia",
        help="Guanjia 管家: a customer-service desk for residential property management.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_no_options)  # keeps `guanjia up` a command even when it is the only one loaded
    files = [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values())
    for file in files:
        importlib.import_module(f"bot.commands.{file}").register(app)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns 1 after a fault of ours, else ends with the command's own exit code."""
    app = build_app(arguments[0] if arguments else None)
    try:
        app(list(arguments), prog_name="./guanjia")
    except (OperatorError, SettingsError) as fault:
        for line in fault.lines if isinstance(fault, OperatorError) else [str(fault)]:
            print(f"guanjia: {' '.join(line.split())}", file=sys.stderr)
        return 1
    return 0


def _no_options() -> None:
    """Options belong to the commands."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
