"""Residents who write while processes die: each reports repairs, confirms them and asks after them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.commands.chat_client import ChatClient, Said

REPORTS = (
    "3栋2单元1201厨房水管漏水，昨天晚上开始的，电话13800001234",
    "3栋2单元1201客厅灯不亮了，今天早上发现的，打13800001234找我",
    "3栋2单元1201马桶堵了，从中午就不通，我电话13800001234",
)
NOT_ANSWERS = {"utter_outage"}
"""Said while the assistant is away; not the answer to anything."""


@dataclass
class Resident:
    """What one resident did and saw."""

    number: int
    sent: int = 0
    confirmed: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def live(self, url: str, operator: str, go_on: asyncio.Event) -> None:
        """Report, confirm, ask, again and again until `go_on` is cleared; the last dialogue is finished."""
        opened = ChatClient.opened(
            url, operator=operator, resident=f"住户{self.number}", home="3-2-1201", wait=120
        )
        async with opened as chat:
            round_ = 0
            while go_on.is_set() or round_ == 0:
                await self._say(chat, Said(text=REPORTS[(self.number + round_) % len(REPORTS)]))
                await self._until_buttons(chat)
                await self._say(chat, Said(button="/affirm"))
                self.confirmed += 1
                await self._until_idle(chat)
                # Two in a row: the second arrives while the turn of the first is queued or in flight.
                await self._say(chat, Said(text="我的报修怎么样了"))
                await self._say(chat, Said(text="谢谢"))
                await self._until_idle(chat)
                round_ += 1

    async def _say(self, chat: ChatClient, said: Said) -> None:
        await chat.send(said)
        self.sent += 1

    async def _until_buttons(self, chat: ChatClient) -> None:
        """The form asks for the confirmation; one that forgot what was said would ask for something else."""
        while True:
            news = await self._hear(chat)
            if any(button["payload"] == "/affirm" for message in news for button in message["buttons"]):
                return
            await asyncio.sleep(0.1)

    async def _until_idle(self, chat: ChatClient) -> None:
        while not (await chat.turns(0))["idle"]:
            await self._hear(chat)
            await asyncio.sleep(0.1)
        await self._hear(chat)

    async def _hear(self, chat: ChatClient) -> list[dict[str, Any]]:
        news = await chat.news()
        self.seen += news
        return news
