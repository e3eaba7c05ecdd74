"""`python -m benchmarks.telegram`: from a resident's message at Telegram to the answer in her chat.

The desk is the real one on SQLite, at its own pace; Telegram is the double, with its limits (429) on; the
Rasa server is the tests' fake, so that what is measured is the channel and not the understanding. One chat
is refused with 429 all the time, and must not hold up the others.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.app import utc_now
from bot.messaging.dispatcher import Pacing
from bot.store.migrate import upgrade
from tests.channels.telegram.test_kills import say_back
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.desk_server import DeskServer, settings_for

LONGEST = 60.0


@dataclass(frozen=True)
class Round:
    """What one way of writing gave; seconds."""

    name: str
    answered: int
    asked: int
    waits: Sequence[float]
    refused: int

    def line(self) -> str:
        waits = sorted(self.waits)
        p95 = waits[max(0, round(0.95 * len(waits)) - 1)] * 1000
        p50 = statistics.median(waits) * 1000
        return (
            f"| {self.name} | {self.answered} of {self.asked} | {p50:.0f} ms | {p95:.0f} ms "
            f"| {waits[-1] * 1000:.0f} ms | {self.refused} |"
        )


class Clocked:
    """Notes when the bot's messages arrive."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.arrived: list[tuple[float, int, str]] = []
        world, add = telegram.world, telegram.world.add_message

        def note(chat: Any, sender: Any, content: Any) -> Any:
            message = add(chat, sender, content)
            if sender["id"] == world.bot["id"]:
                self.arrived.append((time.monotonic(), chat.body["id"], str(content.get("text", ""))))
            return message

        world.add_message = note  # type: ignore[method-assign]

    def when(self, person: TelegramPerson, words: str) -> float | None:
        return next((at for at, chat, text in self.arrived if chat == person.id and words in text), None)


async def play(
    name: str, telegram: FakeTelegram, clocked: Clocked, people: Sequence[TelegramPerson], *, gap: float
) -> Round:
    """Everybody (the last one is held back by Telegram) writes once, `gap` seconds apart."""
    before = len(telegram.refused)
    sent: dict[int, tuple[float, str]] = {}
    for number, person in enumerate(people):
        words = f"{name}{number:03d}"
        sent[person.id] = (time.monotonic(), words)
        person.says(words)
        if gap:
            await asyncio.sleep(gap)
    until = time.monotonic() + LONGEST
    free = people[:-1]
    while time.monotonic() < until:
        if all(clocked.when(person, sent[person.id][1]) for person in free):
            break
        await asyncio.sleep(0.02)
    found = [(clocked.when(person, sent[person.id][1]), sent[person.id][0]) for person in free]
    waits = [at - began for at, began in found if at is not None]
    held = sum(code == 429 for _, code in telegram.refused[before:])
    return Round(name, len(waits), len(free), waits, held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--residents", type=int, default=50)
    many = parser.parse_args().residents
    telegram, rasa = FakeTelegram(rates=True).start(), FakeRasa(brain=say_back).start()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'guanjia.db'}"
        upgrade(url)
        settings = replace(
            settings_for(url, Path(folder), rasa),
            telegram_token=telegram.token,
            telegram_api_url=telegram.url,
        )
        desk = DeskServer(settings, utc_now, pacing=Pacing()).start()
        clocked = Clocked(telegram)
        people = [TelegramPerson(telegram, f"住户{number}") for number in range(many)]
        held = people[-1]
        telegram.fail("error", code=429, retry_after=5, method="sendMessage", chat_id=held.id, times=None)
        try:
            rounds = [
                asyncio.run(play("warm-up", telegram, clocked, people[:5], gap=0.2)),
                asyncio.run(play("10 a second", telegram, clocked, people, gap=0.1)),
                asyncio.run(play("all at once", telegram, clocked, people, gap=0.0)),
            ]
        finally:
            desk.stop()
            telegram.stop()
            rasa.stop()
    print("| writing | answered | p50 | p95 | longest | 429 |\n|---|---|---|---|---|---|")
    for one in rounds[1:]:
        print(one.line())


if __name__ == "__main__":
    main()
