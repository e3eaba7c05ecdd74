"""`./guanjia chat`: talks to a running desk as a resident would, through the web chat's own interface."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.chat_client import ChatClient, Refused
from bot.commands.options import Data
from bot.process import data_folder
from bot.process.faults import OperatorError
from bot.settings import NotStartedYet, Settings, load_settings


def register(app: typer.Typer) -> None:
    app.command("chat")(chat)


def chat(
    data: Data = None,
    resident: Annotated[str | None, typer.Option(help="Who writes, e.g. 王阿姨.")] = None,
    home: Annotated[str | None, typer.Option(help="Her home, verified, e.g. 3-2-1201.")] = None,
    url: Annotated[
        str | None, typer.Option(help="The desk's address (else the one of the data folder).")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON lines on stdin and stdout.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for an answer (--jsonl).")] = 300.0,
) -> None:
    """Talk to the running desk.

    With --jsonl: stdin {"text": "…"}, {"button": "payload"} or {"photo": "path"} a line; stdout a line for
    each message the resident sees, and one after each turn.
    """
    operator = _operator_token(data, needed=bool(jsonl or resident or home))
    asyncio.run(_chat(url or _url_of(data), operator, resident, home, jsonl, wait))


async def _chat(
    url: str, operator: str | None, resident: str | None, home: str | None, jsonl: bool, wait: float
) -> None:
    try:
        async with ChatClient.opened(
            url, operator=operator, resident=resident, home=home, wait=min(wait, 15.0)
        ) as client:
            if jsonl:
                from bot.commands.chat_jsonl import JsonlChat

                await JsonlChat(client, wait=wait).run()
            else:
                from bot.commands.chat_terminal import TerminalChat

                await TerminalChat(client).run()
    except Refused as refusal:
        raise OperatorError(f"desk {url}", str(refusal), f"code {refusal.error.get('code')}") from refusal


def _operator_token(data: Path | None, *, needed: bool) -> str | None:
    """The operator's token of the data folder, where the chat needs more than a visitor may."""
    return _settings(data).operator_token if needed else None


def _url_of(data: Path | None) -> str:
    """Where the desk of the data folder is reached."""
    try:
        settings = _settings(data)
    except NotStartedYet as fault:
        raise OperatorError(
            "desk", f"none has run with this data folder ({fault.where})", "see --url"
        ) from fault
    now = data_folder.running(settings.data_dir)
    return now.url if now else settings.desk_url


def _settings(data: Path | None) -> Settings:
    return load_settings(data_dir=data, write=False)
