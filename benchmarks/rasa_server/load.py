"""The load: many residents, each reporting a repair and asking after it."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.rasa_server.peers import Peer, Said

SCRIPT: tuple[tuple[str, str | None], ...] = (
    ("你好", None),
    ("3栋2单元1201厨房水管漏水，昨天晚上开始的，电话13800001234", None),
    ("确认", "/affirm"),
    ("我的报修到哪一步了", None),
    ("麻烦快一点，一直在滴水", None),
    ("好的谢谢", None),
)


@dataclass
class Result:
    """Times in seconds, one per message."""

    times: list[float] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    silent: int = 0

    @property
    def messages(self) -> int:
        return len(self.times)

    def percentile(self, share: float) -> float:
        """The time under which `share` (0…1) of the messages were answered, in seconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def facts_for(conversation_id: int, turn: str) -> dict[str, Any]:
    """The metadata that the desk's dispatcher sends with a turn."""
    return {
        "turn": turn,
        "conversation_id": conversation_id,
        "channel": "webchat",
        "resident": {"name": None, "honorific": None, "phone_known": False, "homes": []},
        "escalation": {"now": None, "if_not_understood": None, "if_angry": None},
        "attachments": 0,
        "mode": "bot",
        "note": None,
        "first_turn": False,
    }


async def _one_resident(peer: Peer, client: httpx.AsyncClient, conversation_id: int, result: Result) -> None:
    sender = f"c{conversation_id}-p1"
    for text, payload in SCRIPT:
        turn = str(uuid.uuid4())
        said = Said(sender, turn, text, payload, facts_for(conversation_id, turn))
        started = time.perf_counter()
        replies = await peer.say(client, said)
        result.times.append(time.perf_counter() - started)
        result.silent += replies == 0


async def _all_residents(peer: Peer, conversation_ids: list[int], at_once: int) -> Result:
    result = Result()
    places = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=at_once)) as client:

        async def take_place(conversation_id: int) -> None:
            async with places:
                await _one_resident(peer, client, conversation_id, result)

        cpu, started = peer.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*(take_place(each) for each in conversation_ids))
        result.wall = time.perf_counter() - started
        result.cpu = peer.cpu_seconds() - cpu
    return result


def run(peer: Peer, conversation_ids: list[int], at_once: int) -> Result:
    """Lets `at_once` residents at a time go through the script; one result for all their messages."""
    return asyncio.run(_all_residents(peer, conversation_ids, at_once))
