"""`./guanjia train`: the model of the training data as it is now, compared with the one in use."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.commands.options import Data
from bot.process.models import training_folder
from bot.process.opening import open_estate, opened_store, store_faults
from bot.process.review import review
from bot.process.training import train as train_and_compare
from bot.settings import Settings, data_folder_of, load_settings


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    force: Annotated[bool, typer.Option("--force", help="Train even if nothing changed.")] = False,
    accept_worse: Annotated[
        bool, typer.Option("--accept-worse", help="Put the new model into use though it is clearly worse.")
    ] = False,
    review_: Annotated[
        bool,
        typer.Option(
            "--review", help="Write misread messages as sentences into the data folder; no training."
        ),
    ] = False,
    data: Data = None,
) -> None:
    """Train the assistant if its sentences changed; tells what changed and how the scores moved.

    Reads the project's sentences and those in DIR/training. A clearly worse model is kept, but not put into
    use. Prints where the model in use is.
    """
    if review_:
        _review(load_settings(data_dir=data))
        return
    more = training_folder(data_folder_of(data))
    print(
        train_and_compare(
            lambda line: typer.echo(line, err=True), more=more, again=force, accept_worse=accept_worse
        )
    )


def _review(settings: Settings) -> None:
    with opened_store(settings) as store, store_faults(settings):
        done = review(store, open_estate(settings), training_folder(settings.data_dir), now=datetime.now(UTC))
    typer.echo(f"{done.corrected} corrected by colleagues, {done.chosen} chosen by residents, {done.new} new")
    if done.corrected or done.chosen:
        typer.echo(f"{done.path}: look through it, then ./guanjia train")
