"""`./guanjia import`: the homes of the estate (households.csv) and what they are billed for (fees.csv)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands.options import Data
from bot.desk.fees.listing import is_bill_list
from bot.desk.people.households import RowProblem
from bot.process.bills import import_bills_file
from bot.process.households import import_file
from bot.process.lists import text_of
from bot.process.opening import open_estate, opened_store, store_faults
from bot.settings import load_settings
from bot.store.engine import Store


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV: a list of homes (docs/operation.md) or of bills (docs/fees.md).")
    ],
    data: Data = None,
) -> None:
    """Add the homes or the bills of a list, and correct what differs; importing it again changes nothing.

    Which of the two it is, the first line tells. A line that cannot be read is left out and named, with the
    mend; the exit code is then 1.
    """
    settings = load_settings(data_dir=data)
    bills = is_bill_list(text_of(file))
    with opened_store(settings) as store, store_faults(settings):
        problems = _bills(store, file, open_estate(settings).zone) if bills else _homes(store, file)
    for problem in problems:
        typer.echo(f"left out: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


def _homes(store: Store, file: Path) -> Sequence[RowProblem]:
    done = import_file(store, file)
    typer.echo(f"{done.added} added, {done.changed} changed, {done.unchanged} as they were")
    return done.problems


def _bills(store: Store, file: Path, zone: ZoneInfo) -> Sequence[RowProblem]:
    done = import_bills_file(store, file, zone=zone)
    typer.echo(f"bills: {done.added} added, {len(done.changed)} changed, {done.unchanged} as they were")
    for change in done.changed:
        typer.echo(f"changed: {change}")
    return done.problems
