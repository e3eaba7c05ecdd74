"""Guanjia's Rasa server and a stock one (jieba + count vectors + DIET + TED), side by side.

`./guanjia bench` runs it. Both are trained on the project's data, play the same dialogue with the same
actions on a store of the same kind, one after the other on the same machine; quote the ratios.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.rasa_server import load
from benchmarks.rasa_server.peers import PROJECT, Guanjia, Stock, Surroundings, free_port
from benchmarks.rasa_server.report import Figures, table

AT_ONCE = 32


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class DeskSide:
    """The process with our actions; a fresh store for each peer."""

    def __init__(self, folder: Path, conversations: int) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.rasa_server.desk_side",
                folder,
                str(self.port),
                str(conversations),
            ],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        opened = json.loads(self.process.stdout.readline())
        self.conversations: list[int] = opened["conversations"]
        self.secret: str = opened["secret"]
        self.url = f"http://127.0.0.1:{self.port}/webhook"
        self._until_it_listens()

    def _until_it_listens(self) -> None:
        for _ in range(200):
            try:
                httpx.get(self.url, trust_env=False)
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the actions do not answer")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def measure(kind: type[Guanjia] | type[Stock], folder: Path, residents: int, epochs: int) -> Figures:
    """Train, start, load and measure one peer."""
    alone, warm = 20, 8
    desk = DeskSide(folder / f"{kind.name}-desk", residents + alone + warm)
    peer = kind(Surroundings(desk.url, desk.secret, folder), epochs)
    try:
        say(f"{peer.name}: training …")
        train = peer.train()
        say(f"{peer.name}: trained in {train:.0f} s; starting …")
        start = peer.start()
        say(f"{peer.name}: answers after {start:.1f} s; {residents} residents, {AT_ONCE} at once …")
        ids = desk.conversations
        load.run(peer, ids[:warm], 4)
        quiet = load.run(peer, ids[warm : warm + alone], 1)
        busy = load.run(peer, ids[warm + alone :], AT_ONCE)
        say(f"{peer.name}: {busy.messages / busy.wall:.1f} messages/s")
        return Figures(
            train=train,
            epochs=epochs,
            start=start,
            memory=peer.resident_megabytes(),
            installed=peer.installed_megabytes(),
            throughput=busy.messages / busy.wall,
            cpu_per_message=busy.cpu / busy.messages,
            busy_median=busy.percentile(0.5),
            busy_p95=busy.percentile(0.95),
            alone_median=quiet.percentile(0.5),
            silent=busy.silent,
            messages=busy.messages,
        )
    finally:
        peer.stop()
        desk.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=100, help="dialogues of six messages (100)")
    parser.add_argument("--epochs", type=int, default=100, help="of the stock peer (100); speed is the same")
    parser.add_argument("--only", choices=["guanjia", "stock"], help="measure one, print its figures")
    chosen = parser.parse_args()
    kinds: dict[str, type[Guanjia] | type[Stock]] = {"guanjia": Guanjia, "stock": Stock}
    with tempfile.TemporaryDirectory() as folder:
        if chosen.only:
            print(measure(kinds[chosen.only], Path(folder), chosen.residents, chosen.epochs))
            return
        stock = measure(Stock, Path(folder), chosen.residents, chosen.epochs)
        ours = measure(Guanjia, Path(folder), chosen.residents, chosen.epochs)
    print(table(ours, stock))


if __name__ == "__main__":
    main()
