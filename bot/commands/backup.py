"""`./guanjia backup` and `./guanjia restore`: the whole installation in one file, and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.options import Data
from bot.process.backup import make_backup, unpack
from bot.process.opening import opened_store, store_faults
from bot.process.restoring import hold_pending
from bot.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to (else guanjia-DATE-TIME.tar.gz here).")
    ] = None,
    data: Data = None,
) -> None:
    """Copy everything into one file, while the desk runs: store, attachments, secrets, estate.

    Keep the file as safe as the data folder: it holds the residents' data and the secrets.
    """
    settings = load_settings(data_dir=data, write=False)
    target = (file or Path(f"guanjia-{datetime.now():%Y%m%d-%H%M%S}.tar.gz")).expanduser().resolve()
    with store_faults(settings):
        made = make_backup(settings, target)
    typer.echo(f"{made.path}  ({made.size / 1e6:.1f} MB, {made.attachments} attachments)")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="A new folder to restore into.")],
) -> None:
    """Make a data folder from a backup. What was about to be sent is held for a person's review."""
    folder = data.expanduser().resolve()
    settings = unpack(file, lambda: load_settings(data_dir=folder), folder)
    with opened_store(settings) as store, store.write() as session:
        held = hold_pending(session, now=datetime.now(UTC))
    typer.echo(f"restored into {folder}; start it with ./guanjia up --data {folder}")
    if held:
        typer.echo(f"{held} messages were about to be sent: the desk page shows them as unknown, to resend")
