"""Takes the pictures of docs/conversations.md: ten conversations on a phone, the really trained assistant.

`python -m tests.screenshots.conversations [NAME…]` in the desk's development environment, with Chromium. The
talks are data (conversations.yml), the clock is turned by hand: a picture changes where words or looks do.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, Page, Response, sync_playwright
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from bot.desk.talk.turn_claims import has_open_turn, has_unhandled
from bot.process.system_packages import browser_program
from bot.settings import PROJECT_DIR
from bot.store import actors
from bot.store.states import Delivery, Mode
from bot.store.tables import Conversation, Household, Message, OutboxRow, Residency
from tests.browser.conftest import FLAGS, PHONE
from tests.conversations.house import House, rasa_python_for_tests, running_house
from tests.conversations.player import agent_acts
from tests.screenshots.webp import keep
from tests.support.cast import Cast, Colleague, make_cast
from tests.support.clock import MORNING, HandClock
from tests.support.fees import put_in_bills

TALKS = Path(__file__).with_suffix(".yml")
PICTURES = PROJECT_DIR / "docs/pictures"
SHARPNESS = 1.5
PATIENCE = 20.0
TALLEST = 3000
"""Of a picture, in CSS pixels; a longer talk shows its end."""
HIDDEN = (
    "() => { const box = document.getElementById('scroller'); return box.scrollHeight - box.clientHeight; }"
)
SESSION = """async () => (await (await fetch('/chat/api/session', {method: 'POST',
    headers: {'Content-Type': 'application/json'}, body: '{}'})).json()).conversation"""


def main(names: list[str]) -> None:
    """Take all pictures, or those named."""
    talks = yaml.safe_load(TALKS.read_text(encoding="utf-8"))
    with inhabited_house() as (house, cast), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(browser_program()), args=FLAGS)
        for name in names or talks:
            house.clock.at = MORNING
            page = played(browser, house, cast.li, talks[name])
            _unroll(page)
            keep(page, PICTURES / f"{name}.webp")
            page.context.close()
        browser.close()


@contextmanager
def inhabited_house() -> Iterator[tuple[House, Cast]]:
    """A house with the cast, and the flat beside 老周's."""
    if given := rasa_python_for_tests():
        os.environ["GUANJIA_RASA_PYTHON"] = given
    clock = HandClock()
    with tempfile.TemporaryDirectory() as data, running_house(Path(data), clock) as house:
        cast = make_cast(house.store, now=clock())
        with house.store.write() as session:
            put_in_bills(session, now=clock())
            session.add(Household(key="3-2-1302", building="3", unit="2", room="1302"))
        yield house, cast


def played(browser: Browser, house: House, li: Colleague, talk: dict[str, Any]) -> Page:
    """Play one talk on a phone of her own; returns the page as it looks at the end."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
        device_scale_factor=SHARPNESS,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(house.url)
    chat: int = page.evaluate(SESSION)
    _moves_in(house, chat, talk["home"])
    for step in talk["talk"]:
        _acts(page, house, li, step, chat)
        _rests(page, house, chat)
    return page


def _acts(page: Page, house: House, li: Colleague, step: dict[str, Any], chat: int) -> None:
    if "she" in step:
        page.get_by_label("写消息").fill(step["she"])
        with page.expect_response(_is_her_message):
            page.get_by_role("button", name="发送", exact=True).click()
        page.locator(".message.mine", has_text=step["she"]).last.wait_for()
    elif "presses" in step:
        with page.expect_response(_is_her_message):
            page.get_by_role("button", name=step["presses"], exact=True).last.click()
    elif "clock" in step:
        house.clock.turn(timedelta(**step["clock"]))
        house.strike()
    else:
        agent_acts(house, li, step, chat)


def _is_her_message(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/chat/api/messages")


def _unroll(page: Page) -> None:
    """Make the phone as tall as the talk, so that the picture shows it from its first word."""
    page.set_viewport_size(
        {"width": PHONE["width"], "height": min(TALLEST, PHONE["height"] + page.evaluate(HIDDEN))}
    )
    page.locator("#typing").wait_for(state="hidden")


def _moves_in(house: House, chat: int, home: str) -> None:
    with house.store.write() as session:
        household = session.scalars(select(Household).where(Household.key == home)).one()
        resident_id = session.get_one(Conversation, chat).resident_id
        residency = Residency(resident_id=resident_id, household_id=household.id)
        residency.claimed_at = residency.verified_at = house.clock()
        residency.verified_by = actors.OPERATOR
        session.add(residency)


def _is_the_assistants_move(session: Session, chat: int) -> bool:
    """Not while a person serves her: what she writes then is that person's."""
    if session.get_one(Conversation, chat).mode is Mode.HUMAN:
        return False
    return has_unhandled(session, chat) or bool(session.scalar(select(has_open_turn(chat))))


def _for_her(chat: int) -> Select[int]:
    """How many messages she sees or is about to: not what was cancelled when a person took over."""
    on_its_way = select(OutboxRow.message_id).where(OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING)))
    return select(func.count()).where(
        Message.conversation_id == chat, or_(Message.visible, Message.id.in_(on_its_way))
    )


def _rests(page: Page, house: House, chat: int) -> None:
    """Wait until the desk has nothing left to do here and the page shows all that was said."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with house.store.read() as session:
            busy = _is_the_assistants_move(session, chat)
            said = session.scalar(_for_her(chat)) or 0
        if said and not busy and page.locator(".message").count() >= said:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the chat did not come to rest: {house.rasa_log()[-500:]}")


if __name__ == "__main__":
    main(sys.argv[1:])
