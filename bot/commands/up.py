"""`./guanjia up`: everything at once, until Ctrl-C."""

import asyncio
import os
import socket
from dataclasses import replace
from typing import Annotated

import typer

from bot.commands.options import Data
from bot.process import data_folder
from bot.process.data_folder import Running
from bot.process.first_run import FirstRun, prepare
from bot.process.opening import open_estate, opened_store
from bot.process.ports import free_port, require_free
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
    settings = load_settings(data_dir=data, port=port, host=host)
    with data_folder.held(settings.data_dir):
        require_free(settings.host, settings.port)
        settings = _with_own_ports(settings)
        open_estate(settings)
        with opened_store(settings) as store:
            first = prepare(store, settings, sample=not no_sample, say=_say)
        here = Running(os.getpid(), settings.desk_url, settings.actions_port, settings.rasa_port)
        asyncio.run(serve(settings, say=_say, greet=lambda: _greet(settings, first, here)))
    _say("stopped; nothing is lost")


def _with_own_ports(settings: Settings) -> Settings:
    """Loopback ports for the actions and the Rasa server: the named ones, or any that are free."""
    actions, rasa = settings.actions_port, settings.rasa_port
    if "GUANJIA_ACTIONS_PORT" in os.environ:
        require_free("127.0.0.1", actions)
    else:
        actions = free_port("127.0.0.1", actions)
    if "GUANJIA_RASA_PORT" in os.environ:
        require_free("127.0.0.1", rasa)
    else:
        rasa = free_port("127.0.0.1", rasa)
    return replace(settings, actions_port=actions, rasa_port=rasa, rasa_url=f"http://127.0.0.1:{rasa}")


def _greet(settings: Settings, first: FirstRun, here: Running) -> None:
    data_folder.announce(settings.data_dir, here)
    _say("")
    _say(f"  web chat     {settings.desk_url}/")
    _say(f"  desk page    {settings.desk_url}/desk/")
    if first.login is not None:
        _say(f"  first login  {first.login.login}   password  {first.login.password}")
        _say("               (to be changed at the first sign-in; shown only now)")
    if settings.host in ("0.0.0.0", "::"):
        _say(f"  open to the network as {socket.gethostname()}; put TLS before it (docs/operation.md)")
    _say("")
    _say("residents are answered from here on; the assistant joins when it is ready; Ctrl-C ends it all")


def _say(line: str) -> None:
    typer.echo(line)
