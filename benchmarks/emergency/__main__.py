"""`python -m benchmarks.emergency`: from a resident's cry at the web chat to the instructions on her page.

The desk is the real one on SQLite, in a process of its own; other residents write 20 messages a second all
the while. Measured with the Rasa server stopped, and (unless `--stopped-only`) with the real one running.
Also: what the recognition itself costs a message.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx

from bot.language.emergency.check import find_emergency
from bot.process.ports import free_port
from bot.settings import PROJECT_DIR, load_settings
from tests.kills.installation import Installation
from tests.language.emergency_lists import emergencies, lookalikes

TALK = 20.0
"""Other messages a second."""
TALKERS = 60
OTHER = (
    "电梯坏了",
    "厨房水管漏水",
    "物业费怎么交",
    "你好",
    "我的报修怎么样了",
    "停车位还有吗",
    "谢谢",
    "楼上太吵了",
)
CRIES = (
    "电梯困住了，里面有两个孩子",
    "着火了，楼道全是烟",
    "厨房煤气味很重，头晕",
    "水管爆了，喷得到处都是",
    "有人触电了",
)


class Page:
    """One resident's page."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def opened(cls, http: httpx.AsyncClient, operator: str) -> "Page":
        answer = await http.post(
            "/chat/api/session", json={}, headers={"Authorization": f"Bearer {operator}"}
        )
        answer.raise_for_status()
        return cls(http, answer.json()["token"])

    async def says(self, text: str) -> None:
        body = {"client_id": uuid.uuid4().hex, "text": text}
        answer = await self._http.post("/chat/api/messages", json=body, headers=self._headers)
        answer.raise_for_status()

    async def hears_instructions(self) -> None:
        """Read until they are there."""
        while True:
            answer = await self._http.get("/chat/api/messages?after=0", headers=self._headers)
            if any(one["urgent"] for one in answer.json()["messages"]):
                return
            await asyncio.sleep(0.005)


async def measured(url: str, operator: str, cries: int) -> list[float]:
    """Milliseconds from each cry to its instructions, under the other residents' talk."""
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30, limits=limits) as http:
        talkers = [await Page.opened(http, operator) for _ in range(TALKERS)]
        criers = [await Page.opened(http, operator) for _ in range(cries)]
        talking = asyncio.create_task(_talk(talkers))
        try:
            await asyncio.sleep(2)
            return [await _cry(crier, text) for crier, text in zip(criers, cycle(CRIES), strict=False)]
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)


async def _talk(talkers: Sequence[Page]) -> None:
    started = time.monotonic()
    under_way: set[asyncio.Task[None]] = set()
    for count, (page, text) in enumerate(zip(cycle(talkers), cycle(OTHER), strict=False), start=1):
        task = asyncio.create_task(page.says(text))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        await asyncio.sleep(max(0.0, started + count / TALK - time.monotonic()))


async def _cry(page: Page, text: str) -> float:
    await asyncio.sleep(0.15)
    started = time.perf_counter()
    await page.says(text)
    await page.hears_instructions()
    return (time.perf_counter() - started) * 1000


@contextmanager
def desk_alone(folder: Path) -> Iterator[tuple[str, str]]:
    """The desk without a Rasa server: (url, the operator's token)."""
    settings = load_settings(data_dir=folder / "data", port=free_port("127.0.0.1", 18280))
    environment = os.environ | {
        "GUANJIA_DATA_DIR": str(settings.data_dir),
        "GUANJIA_PORT": str(settings.port),
        "GUANJIA_RASA_PORT": str(free_port("127.0.0.1", 18380)),
        "GUANJIA_ACTIONS_PORT": str(free_port("127.0.0.1", 18480)),
    }
    process = subprocess.Popen([sys.executable, "-m", "bot.serve"], cwd=PROJECT_DIR, env=environment)
    try:
        _wait_for(settings.desk_url)
        yield settings.desk_url, load_settings(data_dir=settings.data_dir).operator_token
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def desk_and_rasa(folder: Path) -> Iterator[tuple[str, str]]:
    """A whole installation under `up`."""
    installation = Installation.started(folder)
    try:
        yield installation.url, load_settings(data_dir=folder / "data").operator_token
    finally:
        installation.stop()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/health", trust_env=False, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the desk did not start")


def line(name: str, waits: Sequence[float]) -> str:
    """One row of the table."""
    ordered = sorted(waits)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return (
        f"| {name} | {len(waits)} | {statistics.median(waits):.0f} ms | {p99:.0f} ms | {ordered[-1]:.0f} ms |"
    )


def recognition() -> str:
    """Milliseconds a message: our emergencies, our look-alikes."""
    texts = [told.text for told in emergencies()] + lookalikes()
    for text in texts:
        find_emergency(text)
    started = time.process_time()
    for text in texts:
        find_emergency(text)
    return f"recognition: {(time.process_time() - started) / len(texts) * 1000:.3f} ms a message"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cries", type=int, default=200)
    parser.add_argument("--stopped-only", action="store_true")
    asked = parser.parse_args()
    print(recognition())
    print("| Rasa server | cries | p50 | p99 | longest |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, desk_alone(Path(folder)) as (url, operator):
        print(line("stopped", asyncio.run(measured(url, operator, asked.cries))))
    if not asked.stopped_only:
        with tempfile.TemporaryDirectory() as folder, desk_and_rasa(Path(folder)) as (url, operator):
            print(line("running", asyncio.run(measured(url, operator, asked.cries))))


if __name__ == "__main__":
    main()
