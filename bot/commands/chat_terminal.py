"""`./guanjia chat`: a conversation in the terminal, for a person."""

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.commands.chat_client import ChatClient, Refused, Said

LOOK_AGAIN = 0.2
WHO = {"bot": ("assistant", "cyan"), "agent": ("agent", "green"), "system": ("service", "yellow")}
HELP = "Enter sends · a number presses a button · /photo PATH sends a picture · Ctrl-D ends"


class TerminalChat:
    """Shows what comes when it comes, and sends what is typed."""

    def __init__(self, client: ChatClient) -> None:
        self._client = client
        self._console = Console(highlight=False)
        self._buttons: list[dict[str, Any]] = []
        self._mode = "bot"

    async def run(self) -> None:
        """Until Ctrl-D."""
        self._console.print(Text(HELP, "dim"))
        session: PromptSession[str] = PromptSession()
        with patch_stdout(raw=True):
            showing = asyncio.create_task(self._show_news())
            try:
                while True:
                    typed = await session.prompt_async("> ")
                    if typed.strip():
                        await self._say(typed.strip())
                    if showing.done():
                        showing.result()
            except (EOFError, KeyboardInterrupt):
                self._console.print(Text("bye", "dim"))
            finally:
                showing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await showing

    async def _say(self, typed: str) -> None:
        try:
            await self._client.send(self._read(typed))
        except Refused as refusal:
            self._console.print(Text(str(refusal), "red"))

    def _read(self, typed: str) -> Said:
        if typed.startswith("/photo "):
            return Said(photo=Path(typed.removeprefix("/photo ").strip()).expanduser())
        if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(self._buttons):
            return Said(button=self._buttons[int(typed) - 1]["payload"])
        return Said(text=typed)

    async def _show_news(self) -> None:
        while True:
            for message in await self._client.news():
                self._show(message)
                await self._client.saw(message)
            if self._client.mode != self._mode:
                self._mode = self._client.mode
                words = {"waiting": "waiting for a person", "human": "a person answers now"}
                self._console.print(Text(f"— {words.get(self._mode, 'the assistant answers again')}", "dim"))
            await asyncio.sleep(LOOK_AGAIN)

    def _show(self, message: dict[str, Any]) -> None:
        who, colour = WHO.get(message["from"], (message["from"], "white"))
        body = Text(message["text"])
        for attachment in message.get("attachments", []):
            body.append(f"\n[{attachment['media_type']} {attachment['url']}]", "dim")
        if message["buttons"]:
            self._buttons = message["buttons"]
            for number, button in enumerate(self._buttons, start=1):
                body.append(f"\n [{number}] {button['title']}", "bold")
        title = f"{message.get('name') or who} · {datetime.now():%H:%M}"
        width = min(76, self._console.width)
        self._console.print(Panel(body, title=title, title_align="left", border_style=colour, width=width))
