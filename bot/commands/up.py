"""`./guanjia up`: everything at once, until Ctrl-C."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bot.commands.options import Data
from bot.process import data_folder
from bot.process.data_folder import Running
from bot.process.ports import require_free, reserved_port
from bot.process.preparation import prepare_if_needed
from bot.process.up import serve
from bot.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    app.command("up")(up)


def up(
    port: Annotated[
        int | None, typer.Option(help="Port of the web chat and the desk page (else 8080).")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on (else 127.0.0.1: this machine only; 0.0.0.0: everybody)."),
    ] = None,
    data: Data = None,
    no_sample: Annotated[
        bool, typer.Option("--no-sample", help="First start without the sample estate's homes.")
    ] = False,
) -> None:
    """Start the desk and the assistant; Ctrl-C ends both.

    The first start takes some minutes (environments, training); residents are answered from the
    moment the addresses are printed.
    """
    with _own_port("GUANJIA_ACTIONS_PORT") as actions, _own_port("GUANJIA_RASA_PORT") as rasa:
        settings = load_settings(
            data_dir=data,
            port=port,
            host=host,
            actions_port=actions,
            rasa_port=rasa,
            rasa_url=f"http://127.0.0.1:{rasa}" if rasa else None,
        )
        with data_folder.held(settings.data_dir):
            _require_ports(settings, held={actions, rasa})
            if code := prepare_if_needed(settings, sample=not no_sample):
                raise typer.Exit(code)
            asyncio.run(serve(settings, say=_say, greet=lambda: _greet(settings)))
    _say("stopped; nothing is lost")


@contextmanager
def _own_port(variable: str) -> Iterator[int | None]:
    """The loopback port that the environment names (None: settings read it), or any that is free."""
    if variable in os.environ:
        yield None
    else:
        with reserved_port() as port:
            yield port


def _require_ports(settings: Settings, *, held: set[int | None]) -> None:
    require_free(settings.host, settings.port)
    for port in {settings.actions_port, settings.rasa_port} - held:
        require_free("127.0.0.1", port)


def _greet(settings: Settings) -> None:
    here = Running(os.getpid(), settings.desk_url, settings.actions_port, settings.rasa_port)
    data_folder.announce(settings.data_dir, here)
    _say(f"  web chat     {settings.desk_url}/")
    _say(f"  desk page    {settings.desk_url}/desk/")
    if settings.host in ("0.0.0.0", "::"):
        _say(f"  open to the network as {socket.gethostname()}; put TLS before it (docs/operation.md)")
    _say("residents are answered from here on; the assistant joins when it is ready; Ctrl-C ends it all")


def _say(line: str) -> None:
    typer.echo(line)
