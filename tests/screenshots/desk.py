"""Photographs every page of the desk in light, dark and on a phone, and writes docs/pages.md of it.

`python -m tests.screenshots.desk [NAME…]` in the desk's development environment, with Chromium. The day is
that of tests/support/busy_day.py, the clock stands still: a picture changes where words or looks do.
"""

import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette

from bot.desk.people.sealing import Seal
from bot.messaging.attachments import AttachmentStore
from bot.messaging.handbook_shelf import read_handbook
from bot.messaging.live import Hub
from bot.process.system_packages import browser_program
from bot.settings import PROJECT_DIR
from bot.store.engine import Store
from bot.store.migrate import upgrade
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.browser.conftest import DESKTOP, FLAGS, PHONE
from tests.screenshots.webp import keep
from tests.support.busy_day import busy_day
from tests.support.cast import PASSWORD, Cast, make_cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

PICTURES = PROJECT_DIR / "docs/pictures/pages"
INDEX = PROJECT_DIR / "docs/pages.md"
LOOKS = {"light": (DESKTOP, "light"), "dark": (DESKTOP, "dark"), "phone": (PHONE, "light")}
SHOWN = "#alarms .alarm-under-way, body.bare"
"""The frame's own parts have come; a locator, because the page's policy forbids a script that is polled."""


def main(names: list[str]) -> None:
    """Take all pictures, or those named."""
    PICTURES.mkdir(exist_ok=True)
    clock = HandClock()
    with served(clock) as (url, cast, pages), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(browser_program()), args=FLAGS)
        for look in LOOKS:
            page = opened(browser, look, clock)
            for name, path in pages.items():
                page.goto(url + path)
                page.locator(SHOWN).first.wait_for(state="attached")
                if name in (names or pages):
                    keep(page, PICTURES / f"{name}-{look}.webp")
                if name == "sign-in":
                    sign_in(page, url, cast.chen.login)
            page.context.close()
        browser.close()
    INDEX.write_text(index(list(pages)), encoding="utf-8")


def index(names: list[str]) -> str:
    """docs/pages.md: each page by its name, as it looks."""
    lines = [
        "# The pages of the workspace",
        "",
        "What each is for: [workspace.md](workspace.md). `python -m tests.screenshots.desk` takes",
        "the pictures and writes this page; the people and their matters are invented.",
    ]
    for name in names:
        light, dark, phone = (f"pictures/pages/{name}-{look}.webp" for look in LOOKS)
        lines += [
            "",
            f"## {name}",
            "",
            f'<img src="{light}" width="40%" alt="{name}, light">',
            f'<img src="{dark}" width="40%" alt="{name}, dark">',
            f'<img src="{phone}" width="15%" alt="{name}, on a phone">',
        ]
    return "\n".join(lines) + "\n"


@contextmanager
def served(clock: HandClock) -> Iterator[tuple[str, Cast, dict[str, str]]]:
    """The workspace alone on a busy day: nothing answers, nothing moves while the pictures are taken."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/guanjia.db"
        upgrade(database)
        store = Store.at(database)
        cast = make_cast(store, now=clock())
        pages, handbook = busy_day(store, cast, clock), read_handbook(PROJECT_DIR / "handbook")
        parts = Parts(
            store=store,
            live=Hub(desk_id="pictures"),
            now=clock,
            estate=sample_estate(),
            attachment_path=AttachmentStore(Path(folder) / "attachments").path,
            words=sample_words(),
            seal=Seal("a key of the pictures"),
            handbook=lambda: handbook,
        )
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=routes(parts)), log_level="warning", port=0, lifespan="off")
        )
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", cast, pages
        server.should_exit = server.force_exit = True
        thread.join(10)
        store.close()


def opened(browser: Browser, look: str, clock: HandClock) -> Page:
    """A browser whose clock shows the time of the desk."""
    viewport, scheme = LOOKS[look]
    context = browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.clock.set_fixed_time(clock())
    return page


def sign_in(page: Page, url: str, login: str) -> None:
    """Through the real form."""
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{url}/desk/chats")


if __name__ == "__main__":
    main(sys.argv[1:])
