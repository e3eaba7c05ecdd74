"""`./guanjia train`: the model of the training data as it is now."""

import asyncio
from typing import Annotated

import typer

from bot.process.models import ensure_model


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    force: Annotated[bool, typer.Option("--force", help="Train even if nothing changed.")] = False,
) -> None:
    """Train the assistant if its training data changed since the last time; prints where the model is."""
    print(asyncio.run(ensure_model(lambda line: typer.echo(line, err=True), again=force)))
