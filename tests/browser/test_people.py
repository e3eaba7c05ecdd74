"""A resident and three people of the desk at once, each in a browser of her own."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from bot.desk.people.agents import create_agent
from bot.store import actors
from bot.store.engine import Store
from tests.browser.conftest import SignIn, keep_screenshot
from tests.doubles.rasa.fake import FakeRasa
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer


@pytest.fixture
def zhao(store: Store, cast: Cast, clock: HandClock) -> str:
    """小赵's login: a second agent."""
    with store.write() as session:
        create_agent(
            session, login="xiaozhao", name="小赵", password=PASSWORD, by=actors.OPERATOR, now=clock()
        )
    return "xiaozhao"


def writes(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
    expect(page.locator("#messages")).to_contain_text(text)


def opens_chat(page: Page) -> None:
    page.locator(".chat-line").first.click()
    expect(page.locator("#composer")).to_be_visible()


def test_the_chat_is_offered_raced_for_and_given_on(
    resident: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast, zhao: str
) -> None:
    li, other, chen = sign_in(cast.li.login), sign_in(zhao, dark=True), sign_in(cast.chen.login)
    rasa.fail("unavailable")
    writes(resident, "电梯又停了，转人工")
    expect(li.locator("#group-waiting")).to_contain_text(re.compile("为您保留|正在请 小赵"))
    first = li if "为您保留" in li.locator("#group-waiting").inner_text() else other
    expect(first.locator("[data-offer]")).to_contain_text("为您保留")
    keep_screenshot(first, "desk-offer")
    for page in (li, other):  # two of them at once: one wins, the other is told
        opens_chat(page)
    other.route("**/head", lambda route: route.abort())
    li.locator("#chat-head").get_by_role("button", name="接待", exact=True).click()
    expect(li.locator("#composer-hint")).to_contain_text("您正在接待")
    expect(li.locator("[data-offer]")).to_have_count(0)
    other.locator("#chat-head").get_by_role("button", name="接待", exact=True).click()
    expect(other.locator("#toasts")).to_contain_text("这个会话由小李接待")
    other.unroute_all()
    other.reload()
    expect(li.locator("#chat-head")).to_contain_text("小赵 也在看")

    li.locator("#transfer-menu").click()
    li.get_by_label("转给谁").select_option(str(cast.chen.agent_id))
    li.locator("textarea[data-draft^='give:']").fill("业主要求主管答复")
    li.get_by_role("button", name="转交", exact=True).click()
    expect(li.locator("#composer-hint")).to_contain_text("陈姐 接待")
    opens_chat(chen)
    expect(chen.locator("#composer-hint")).to_contain_text("您正在接待")
    expect(chen.locator("#transcript")).to_contain_text("业主要求主管答复")
    expect(resident.locator("#messages")).not_to_contain_text("业主要求主管答复")
    keep_screenshot(chen, "desk-takeover")


def test_notes_phrases_hints_and_pictures(
    resident: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast, tmp_path: Path
) -> None:
    li = sign_in(cast.li.login)
    rasa.fail("unavailable")
    writes(resident, "厨房漏水，转人工")
    opens_chat(li)
    li.locator("#answer").press("Control+i")
    li.locator("#answer").fill("@陈姐 上次也是这家")
    li.locator("#answer").press("Enter")
    expect(li.locator("#transcript .note-line")).to_contain_text("上次也是这家")
    li.locator("#answer").press("/")
    li.locator("#phrase-search").fill("问候")
    li.locator("#phrase-search").press("Enter")
    expect(li.locator("#answer")).to_have_value(re.compile("小李"))
    li.locator("#answer").press("End")
    li.locator("#answer").press_sequentially("这不行")
    expect(li.locator("#say-better")).to_contain_text("现在能做到什么")
    keep_screenshot(li, "desk-writing")
    li.locator("#answer").fill("您好，请看这张图")
    picture = tmp_path / "valve.png"
    picture.write_bytes(PNG)
    li.locator("#picture").set_input_files(picture)
    expect(li.locator("#picked")).to_contain_text("valve.png")
    li.locator("#answer").press("Enter")
    expect(resident.locator("#messages img")).to_have_count(1)
    expect(resident.locator("#messages")).to_contain_text("请看这张图")
    expect(resident.locator("#messages")).not_to_contain_text("上次也是这家")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def test_a_browser_lost_in_mid_sentence_loses_no_words(
    resident: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast, clock: HandClock, server: DeskServer
) -> None:
    li = sign_in(cast.li.login)
    rasa.fail("unavailable")
    writes(resident, "转人工")
    opens_chat(li)
    li.locator("#answer").fill("您好，我是小李")
    li.locator("#answer").press("Enter")
    expect(resident.locator("#messages")).to_contain_text("我是小李")
    with li.expect_response("**/draft"):
        li.locator("#answer").press_sequentially("师傅大概下午")
    li.context.close()  # the machine is gone, without a word

    writes(resident, "师傅几点到？")
    clock.turn(minutes=2)
    server.desk.hub.publish("desk")
    expect(resident.locator("#messages")).to_contain_text("刚才接待您的同事暂时离开")
    again = sign_in(cast.li.login)  # another machine: the words are there
    expect(again.locator("#group-waiting")).to_contain_text("接待的同事已离开")
    opens_chat(again)
    expect(again.locator("#answer")).to_have_value("师傅大概下午")
    again.locator("#answer").press("End")
    again.locator("#answer").press_sequentially("三点到")
    again.locator("#answer").press("Enter")
    expect(resident.locator("#messages")).to_contain_text("师傅大概下午三点到")


def test_nothing_is_missing_on_a_page_whose_live_connection_was_away(
    resident: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast
) -> None:
    li = sign_in(cast.li.login)
    rasa.fail("unavailable")
    writes(resident, "转人工")
    opens_chat(li)
    li.locator("#answer").fill("您好，我是小李")
    li.locator("#answer").press("Enter")
    expect(resident.locator("#messages")).to_contain_text("我是小李")
    li.context.set_offline(True)
    for text in ("第一句", "第二句", "第三句"):
        writes(resident, text)
    slow: list[Route] = []
    li.route("**/messages?*", lambda route: slow.append(route))  # a slow network, too
    li.context.set_offline(False)
    expect(li.locator("#offline")).to_be_hidden(timeout=20_000)
    writes(resident, "第四句")
    while slow:  # whoever asks while one is let through waits in the list, too
        slow.pop(0).continue_()
    li.unroute_all()
    for text in ("第一句", "第二句", "第三句", "第四句"):
        expect(li.locator("#transcript .from-resident", has_text=text)).to_have_count(1)


def test_everything_is_at_hand_from_the_keyboard(
    sign_in: SignIn, cast: Cast, resident: Page, rasa: FakeRasa
) -> None:
    li = sign_in(cast.li.login)
    rasa.fail("unavailable")
    writes(resident, "转人工")
    expect(li.locator(".chat-line")).to_have_count(1)
    li.locator("body").press("j")
    li.keyboard.press("Enter")
    expect(li.locator("#composer")).to_be_visible()
    li.keyboard.press("Control+k")
    li.locator("#palette-search").press_sequentially("jiedai")
    li.keyboard.press("Enter")
    expect(li.locator("#composer-hint")).to_contain_text("您正在接待")
    li.keyboard.press("Control+k")
    li.locator("#palette-search").fill("忙碌")
    li.keyboard.press("Enter")
    expect(li.locator("#presence .presence")).to_have_attribute("data-chosen", "busy")
    li.keyboard.press("Control+k")
    li.locator("#palette-search").fill("现场")
    keep_screenshot(li, "desk-palette")
    li.keyboard.press("Enter")
    expect(li.get_by_role("heading", name="现场", exact=True)).to_be_visible()
    expect(li.locator(".person-line", has_text="小李")).to_contain_text("忙碌")
    keep_screenshot(li, "desk-wall")
