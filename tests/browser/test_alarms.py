"""A cry on a phone rings at the desk until a person has it, and both pages say what is true."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn, keep_screenshot
from tests.support.cast import Cast

CRY = "3栋2单元电梯困住了，里面有两个孩子"
BEATS = """() => {
  let heard = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    document.documentElement.dataset.heard = ++heard;
    return start.apply(this, when);
  };
}"""
"""Counts the tones of the alarm in the page itself: its policy forbids a script that is polled."""


@pytest.fixture
def li(sign_in: SignIn, cast: Cast) -> Page:
    """小李 at the desk; she has clicked something, so sound is allowed."""
    page = sign_in(cast.li.login)
    page.get_by_role("heading", name="会话", exact=True).click()
    return page


def cries(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
    expect(page.locator(".message.urgent").first).to_be_visible()


def test_the_resident_is_told_what_to_do_and_can_tap_the_numbers(resident: Page) -> None:
    cries(resident, CRY)
    told = resident.locator(".message.urgent").first
    expect(told).to_contain_text("不要扒门")
    expect(told).to_have_attribute("role", "alert")
    expect(told.get_by_role("link", name="120")).to_have_attribute("href", "tel:120")
    keep_screenshot(resident, "emergency-told")


def test_the_desk_rings_and_blinks_until_somebody_has_it(resident: Page, li: Page) -> None:
    li.evaluate(BEATS)
    cries(resident, CRY)
    bar = li.locator(".alarm")
    expect(bar).to_contain_text("电梯困人")
    expect(bar).to_contain_text("3栋2单元")
    expect(li).to_have_title(re.compile("应急：电梯困人"))
    expect(li.locator("html")).to_have_attribute("data-heard", re.compile(r"^([3-9]|\d{2,})$"))
    expect(resident.locator("#messages")).to_contain_text("已通知值班人员")
    keep_screenshot(li, "alarm-bar")
    bar.get_by_role("button", name="我来处理").click()
    expect(li.get_by_role("heading", name=re.compile("YJ2026-"))).to_be_visible()
    expect(li.locator(".alarm")).to_have_count(0)
    expect(li.locator(".alarm-under-way")).to_contain_text("小李")
    expect(li).not_to_have_title(re.compile("应急："))
    expect(resident.locator("#messages")).to_contain_text("已有人处理：小李")
    expect(li.get_by_role("button", name="已到场")).to_be_visible()
    keep_screenshot(li, "alarm-case")


def test_a_doubt_is_answered_with_one_tap(resident: Page, li: Page) -> None:
    cries(resident, "楼道有股糊味")
    resident.get_by_role("button", name="没有", exact=True).click()
    expect(resident.locator("#messages")).to_contain_text("没有危险就好")
    expect(li.locator(".alarm")).to_have_count(0)
    cries(resident, "楼道有股糊味，比刚才重了")
    resident.get_by_role("button", name="有", exact=True, disabled=False).click()
    expect(resident.locator("#messages")).to_contain_text("不要乘电梯")
    expect(li.locator(".alarm")).to_contain_text("火情")
