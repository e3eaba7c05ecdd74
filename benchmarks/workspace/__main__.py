"""Opening a chat, the lists, a new message appearing, the clock's look: p50 and p95 with a year's store.

Usage: python -m benchmarks.workspace [--postgres URL]

Ten people have a page open each (live connection; at each piece of news its list, head and frame are fetched,
as the script of the page does at most every 2 s); 500 chats are open. Over real HTTP, one desk process.
"""

import argparse
import asyncio
import re
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn

from benchmarks.workspace.year import AGENTS, PASSWORD, write_year
from bot.app import Desk, create_app
from bot.clock.service import ServiceWatch
from bot.desk.estate.model import parse_estate
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.transcript import record_inbound
from bot.desk.wording.words import project_words
from bot.settings import Settings, read_estate
from bot.store.engine import Store
from bot.store.migrate import upgrade

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS = 60
REFRESH_SECONDS = 2.0
"""`EVERY` in bot/workspace/static/desk.js."""
FRAGMENT = {"HX-Request": "true"}


def main() -> None:
    """Write the year, serve it, measure, print one table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postgres", help="an empty database's URL; else SQLite in a temporary folder")
    arguments = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.postgres or f"sqlite:///{folder}/guanjia.db"
        upgrade(url)
        store = Store.at(url)
        now = datetime.now(UTC)
        began = time.perf_counter()
        with store.write() as session:
            opened = write_year(session, now=now)
        print(f"a year written in {time.perf_counter() - began:.0f} s")
        with _served(url, Path(folder)) as (desk, address):
            _measure(desk, address, opened)
        store.close()


class _served:
    def __init__(self, url: str, folder: Path) -> None:
        settings = Settings(
            data_dir=folder,
            project_dir=PROJECT,
            database_url=url,
            host="127.0.0.1",
            port=0,
            actions_port=0,
            rasa_port=9,
            estate_path=PROJECT / "estate.yml",
            public_url=None,
            rasa_url="http://127.0.0.1:9",
            desk_id="bench",
            rasa_secret="not used here, but long enough",
            actions_secret="not used here, but long enough",
            operator_token="not used here, but long enough",
            seal_key="not used here, but long enough",
        )
        estate = parse_estate(read_estate(PROJECT / "estate.yml"))
        self.desk = Desk(
            settings=settings,
            estate=estate,
            words=project_words(PROJECT),
            store=Store.at(url),
            now=lambda: datetime.now(UTC),
        )
        self.socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(settings, desk=self.desk), log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=lambda: asyncio.run(self.server.serve(sockets=[self.socket])), daemon=True
        )

    def __enter__(self) -> tuple[Desk, str]:
        self.thread.start()
        address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        while not self.server.started:
            time.sleep(0.02)
        return self.desk, address

    def __exit__(self, *fault: object) -> None:
        self.desk.hub.close()
        self.server.should_exit = True
        self.thread.join(10)


class _Person:
    """One person's browser: signed in, and (for the others) listening and fetching at every news."""

    def __init__(self, address: str, number: int) -> None:
        self.http = httpx.Client(base_url=address, timeout=60, trust_env=False)
        form = re.search(r'name="form" value="([^"]+)"', self.http.get("/desk/sign-in").text)
        assert form
        answer = self.http.post(
            "/desk/sign-in", data={"form": form[1], "login": f"agent{number}", "password": PASSWORD}
        )
        assert answer.status_code == 303, answer.status_code

    def listens(self, chat: int, stop: threading.Event) -> None:
        """As the page does: at each news the list, the head and the frame, at most so often."""
        with self.http.stream("GET", f"/desk/live?chat={chat}", timeout=None) as stream:
            for line in stream.iter_lines():
                if stop.is_set():
                    return
                if line.startswith("data: desk"):
                    self.http.get(f"/desk/chats/list?open={chat}", headers=FRAGMENT)
                    self.http.get(f"/desk/chats/{chat}/head", headers=FRAGMENT)
                    self.http.get("/desk/now", headers=FRAGMENT)
                    time.sleep(REFRESH_SECONDS)


def _measure(desk: Desk, address: str, opened: list[int]) -> None:
    people = [_Person(address, number) for number in range(1, AGENTS + 1)]
    stop = threading.Event()
    for number, person in enumerate(people[1:]):
        threading.Thread(target=person.listens, args=(opened[-number - 1], stop), daemon=True).start()
    me = people[0]
    quiet = "lists and pages, nobody writes"
    _report(f"open a chat ({quiet})", lambda at: me.http.get(f"/desk/chats/{opened[at]}"))
    _report(f"the lists ({quiet})", lambda at: me.http.get("/desk/chats/list", headers=FRAGMENT))
    _report("the clock's look at the floor", lambda at: _look(desk))
    writing = threading.Thread(target=_residents_write, args=(desk, opened, stop), daemon=True)
    writing.start()
    _report("open a chat (3 messages a second)", lambda at: me.http.get(f"/desk/chats/{opened[at]}"))
    appeared = _appearances(desk, me, opened[0])
    _say("a new message appears on the page", appeared)
    stop.set()


def _residents_write(desk: Desk, opened: list[int], stop: threading.Event) -> None:
    number = 0
    while not stop.wait(1 / 3):
        number += 1
        _write(desk, opened[number % len(opened)], f"bench-{number}")


def _write(desk: Desk, chat: int, channel_id: str) -> None:
    with desk.store.write() as session:
        record_inbound(
            session, conversation_id=chat, channel_id=channel_id, text="在吗", now=datetime.now(UTC)
        )
    desk.hub.conversation_changed(chat)


def _appearances(desk: Desk, me: _Person, chat: int) -> list[float]:
    """From the commit of a resident's message to its line in the page's hands."""
    page = me.http.get(f"/desk/chats/{chat}").text
    found = re.search(r'data-after="(\d+)" data-event="(\d+)" data-note="(\d+)"', page)
    assert found
    after, taken = int(found[1]), []
    reader = httpx.Client(base_url=me.http.base_url, cookies=me.http.cookies, timeout=60, trust_env=False)
    with reader.stream("GET", f"/desk/live?chat={chat}", timeout=None) as stream:
        lines = stream.iter_lines()
        while "ready" not in next(lines):
            continue
        for number in range(ROUNDS):
            _write(desk, chat, f"mine-{number}")
            began = time.perf_counter()
            while "data: chat" not in next(lines):
                continue
            fresh = me.http.get(
                f"/desk/chats/{chat}/messages?after={after}&event=0&note=0", headers=FRAGMENT
            ).text
            taken.append(time.perf_counter() - began)
            after = int(re.findall(r'data-after="(\d+)"', fresh)[-1])
    return taken


def _look(desk: Desk) -> None:
    watch = ServiceWatch(ServiceVoice(desk.words, desk.estate))
    with desk.store.read() as session:
        watch.look(session, datetime.now(UTC))


def _report(what: str, act: Callable[[int], object]) -> None:
    act(0)
    taken = []
    for at in range(ROUNDS):
        began = time.perf_counter()
        act(at)
        taken.append(time.perf_counter() - began)
    _say(what, taken)


def _say(what: str, taken: list[float]) -> None:
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{what:<48} p50 {statistics.median(ordered) * 1000:6.0f} ms   p95 {p95 * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
