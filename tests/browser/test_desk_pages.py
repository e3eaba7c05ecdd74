"""Every page of the desk in light, dark and on a phone: looked over by axe (WCAG A and AA), photographed."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.store.engine import Store
from tests.browser.conftest import DESKTOP, PHONE, keep_screenshot
from tests.support.busy_day import busy_day
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer

AXE = (Path(__file__).parent / "axe" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
LOOKS = {"light": (DESKTOP, "light"), "dark": (DESKTOP, "dark"), "phone": (PHONE, "light")}


@pytest.fixture
def busy_desk(server: DeskServer, store: Store, cast: Cast, clock: HandClock) -> dict[str, str]:
    """A desk in the middle of its day; its pages by name."""
    return busy_day(store, cast, clock)


def signed_in(chromium: Browser, server: DeskServer, login: str, look: str) -> Page:
    viewport, scheme = LOOKS[look]
    context = chromium.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(f"{server.url}/desk/")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="会话", exact=True)).to_be_visible()
    return page


def violations(page: Page) -> list[str]:
    """What axe finds, one line each: the rule, and where."""
    page.evaluate(AXE)  # through the browser's own door: the page's policy lets no script in
    found: dict[str, Any] = page.evaluate("(options) => window.axe.run(document, options)", RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("look", list(LOOKS))
def test_every_page_can_be_read_by_everybody(
    chromium: Browser, server: DeskServer, busy_desk: dict[str, str], cast: Cast, look: str
) -> None:
    page = signed_in(chromium, server, cast.chen.login, look)
    faults = {}
    for name, url in busy_desk.items():
        page.goto(f"{server.url}{url}")
        page.evaluate("() => document.fonts.ready")
        found = violations(page)
        keep_screenshot(page, f"look-{name}-{look}")
        if found:
            faults[name] = found
    page.context.close()
    assert faults == {}
