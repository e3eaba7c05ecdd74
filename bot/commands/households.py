"""`./guanjia import households.csv`: the homes of the estate."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.options import Data
from bot.process.households import import_file
from bot.process.opening import opened_store, store_faults
from bot.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV with building, unit, room, floor_area (docs/operation.md).")
    ],
    data: Data = None,
) -> None:
    """Add the homes of a list, and correct their areas; importing it again changes nothing.

    A line that cannot be read is left out and named, with the mend; the exit code is then 1.
    """
    settings = load_settings(data_dir=data)
    with opened_store(settings) as store, store_faults(settings):
        done = import_file(store, file)
    typer.echo(f"{done.added} added, {done.changed} changed, {done.unchanged} as they were")
    for problem in done.problems:
        typer.echo(f"left out: {problem}", err=True)
    if done.problems:
        raise typer.Exit(1)
