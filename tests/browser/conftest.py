"""Chromium for tests in real browsers; each person gets a context (cookies, storage) of her own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.process.system_packages import browser_program
from tests.support.cast import PASSWORD, Cast
from tests.support.desk_server import DeskServer

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}

OpenPage = Callable[..., Page]
SignIn = Callable[..., Page]
OpenDevice = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium a file; without it the tests fail and say what to install.

    Not one for the whole run: Playwright keeps an event loop running in this thread, beside which no
    other test could run its own.
    """
    program = browser_program()
    if program is None:
        pytest.fail("Chromium is missing: install Debian's `chromium`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open a page in a browser of its own; a fault of its scripts fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(
        url: str, *, phone: bool = False, dark: bool = False, context: BrowserContext | None = None
    ) -> Page:
        if context is None:
            context = chromium.new_context(
                viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
                color_scheme="dark" if dark else "light",
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            context.set_default_timeout(15_000)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.goto(url)
        return page

    yield open_one
    for one in contexts:
        one.close()
    assert faults == []


@pytest.fixture
def open_device(chromium: Browser) -> Iterator[OpenDevice]:
    """A resident's device: cookies and storage outlive its pages; a phone has a touch screen."""
    opened: list[BrowserContext] = []

    def open_one(*, phone: bool = False, dark: bool = False) -> BrowserContext:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            color_scheme="dark" if dark else "light",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield open_one
    for one in opened:
        one.close()


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture in `tests/screenshots`, whose pictures are ignored."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """A browser does not see the kind of database; tests/workspace and tests/desk/service run on both."""
    return sqlite_url


@pytest.fixture
def resident(open_page: OpenPage, server: DeskServer, cast: Cast) -> Page:
    """王阿姨's phone with the web chat open."""
    return open_page(server.url, phone=True)


@pytest.fixture
def sign_in(open_page: OpenPage, server: DeskServer) -> SignIn:
    """Somebody of the desk signs in and sees the chats."""

    def enter(login: str, **looks: bool) -> Page:
        page = open_page(f"{server.url}/desk/", **looks)
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="会话", exact=True)).to_be_visible()
        return page

    return enter
