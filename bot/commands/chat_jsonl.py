"""`./guanjia chat --jsonl`: lines of JSON in, lines of JSON out (design §8), for programs."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.commands.chat_client import ChatClient, Refused, Said
from bot.process.faults import OperatorError

LOOK_AGAIN = 0.04
"""Seconds between two looks while a turn runs; the `ms` of a line are no more exact than that."""
BETWEEN_TURNS = 0.25
TURN_KEYS: dict[str, Any] = {"intent": None, "matters": [], "upset": None, "emergency": None, "cases": []}


class JsonlChat:
    """Says each line of stdin, prints what the resident sees and a line after each turn."""

    def __init__(self, client: ChatClient, *, wait: float) -> None:
        self._client = client
        self._wait = wait
        self._turns = 0
        self._printed = 0
        self._said_at = time.monotonic()
        self._cases: list[Any] = []

    async def run(self) -> None:
        """Until stdin ends. Messages that come between two lines are printed when they come."""
        lines = _stdin_lines()
        while True:
            waiting = asyncio.ensure_future(asyncio.to_thread(next, lines, None))
            while not (await asyncio.wait({waiting}, timeout=BETWEEN_TURNS))[0]:
                await self._print_news()
            line = waiting.result()
            if line is None:
                return
            if line.strip():
                await self._turn(line)

    async def _turn(self, line: str) -> None:
        self._said_at = time.monotonic()
        try:
            await self._client.send(_read(line))
        except Refused as refusal:
            _print({"error": refusal.error})
        await self._until_idle()

    async def _until_idle(self) -> None:
        """Print until the desk has answered and has nothing left to do, then the lines of its turns."""
        until = time.monotonic() + self._wait
        while True:
            state = await self._client.turns(self._turns)  # before the news: what it did is then in them
            fresh = await self._print_news()
            if state["idle"] and not fresh:
                break
            if time.monotonic() > until:
                raise OperatorError(
                    "chat",
                    f"no answer to the last line in {self._wait:g} s",
                    "is the assistant ready? see ./guanjia doctor, or wait longer with --wait",
                )
            await asyncio.sleep(LOOK_AGAIN)
        self._turns += len(state["turns"])
        # Where a person serves, or the line was refused, there is no turn of the desk: one line all the same.
        for turn in state["turns"] or [{**TURN_KEYS, "cases": self._cases}]:
            self._printed += 1
            self._cases = turn["cases"]
            _print({**turn, "turn": self._printed, "mode": state["mode"]})

    async def _print_news(self) -> bool:
        fresh = await self._client.news()
        for message in fresh:
            milliseconds = round((time.monotonic() - self._said_at) * 1000)
            line = {"from": message["from"], "text": message["text"], "buttons": message["buttons"]}
            _print({**line, "ms": milliseconds})
        return bool(fresh)


def _stdin_lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def _read(line: str) -> Said:
    """The line as what is said. Raises Refused for one that says nothing we know."""
    try:
        content = json.loads(line)
        text, button, photo = (content.get(key) for key in ("text", "button", "photo"))
    except (ValueError, AttributeError, RecursionError):
        content = text = button = photo = None
    if not any(isinstance(one, str) for one in (text, button, photo)):
        message = 'a line is {"text": "…"}, {"button": "payload"} or {"photo": "path"}'
        raise Refused({"code": "bad_line", "message": message, "mend": ""})
    return Said(text, button, Path(photo) if isinstance(photo, str) else None)


def _print(content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
