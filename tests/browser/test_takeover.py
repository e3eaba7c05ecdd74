"""A resident on her phone, people of the desk at theirs: the chat is given over and handed back."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SignIn, keep_screenshot
from tests.doubles.rasa.fake import FakeRasa
from tests.support.cast import PASSWORD, Cast

HEAD_ANSWERED = """() => {
  window.headAnswered = new Promise((done) => document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.pathInfo.requestPath.endsWith("/head")) done();
  }));
}"""
"""Makes `window.headAnswered` wait until htmx has dealt with an answer for the chat's head."""


@pytest.fixture
def li(sign_in: SignIn, cast: Cast) -> Page:
    return sign_in(cast.li.login)


def writes(page: Page, text: str) -> None:
    """The resident writes on the web chat."""
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
    expect(page.locator("#messages")).to_contain_text(text)


def answers(page: Page, text: str) -> None:
    """A person of the desk writes in the open chat."""
    page.get_by_label("回复业主").fill(text)
    page.get_by_label("回复业主").press("Enter")


def opens_first_chat(page: Page) -> None:
    page.locator(".chat-line").first.click()
    expect(page.locator("#composer")).to_be_visible()


def asks_for_a_person(resident: Page, rasa: FakeRasa) -> None:
    rasa.fail("unavailable")  # a person is reached without the Rasa server, too
    writes(resident, "转人工")


def test_a_chat_is_taken_over_answered_and_handed_back(resident: Page, li: Page, rasa: FakeRasa) -> None:
    asks_for_a_person(resident, rasa)
    waiting = li.locator("#group-waiting")
    expect(waiting).to_contain_text("要求转人工")  # without a reload
    expect(li).to_have_title(re.compile(r"^\(1\)"))
    opens_first_chat(li)
    keep_screenshot(li, "desk-waiting")
    li.locator("#chat-head").get_by_role("button", name="接待", exact=True).click()
    expect(li.locator("#composer-hint")).to_contain_text("您正在接待")

    li.get_by_label("回复业主").press_sequentially("您好，我是小李", delay=20)
    expect(resident.locator("#typing")).to_be_visible()
    li.get_by_label("回复业主").press("Shift+Enter")
    li.get_by_label("回复业主").press_sequentially("请问是哪一栋？")
    li.get_by_label("回复业主").press("Enter")
    expect(resident.locator("#messages")).to_contain_text(
        "您好，我是小李\n请问是哪一栋？", use_inner_text=True
    )
    expect(li.locator("#transcript .from-agent").last).to_contain_text(re.compile("已送达|已读"))

    writes(resident, "3栋2单元，电梯又停了")
    expect(li.locator("#transcript")).to_contain_text("3栋2单元，电梯又停了")
    keep_screenshot(li, "desk-serving")
    keep_screenshot(resident, "chat-with-a-person")

    li.locator("#hand-back-menu").click()
    li.get_by_label("给助手的交接说明").fill("已答应明早九点上门")
    li.get_by_role("button", name="交还", exact=True).click()
    expect(li.locator("#transcript")).to_contain_text("小李 交还智能助手")
    expect(li.locator("#composer-hint")).to_contain_text("智能助手正在接待")
    rasa.mend()
    writes(resident, "谢谢")
    expect(resident.locator("#messages")).to_contain_text("收到：谢谢")
    expect(li.locator("#transcript")).to_contain_text("收到：谢谢")


def test_words_that_were_sent_do_not_come_back_as_a_draft(resident: Page, li: Page, rasa: FakeRasa) -> None:
    """She begins while the chat waits, takes it over and sends: the box of before must not keep them."""
    li.clock.install()
    asks_for_a_person(resident, rasa)
    opens_first_chat(li)
    box = li.get_by_label("回复业主")
    box.evaluate("box => box.classList.add('of-before')")
    box.fill("您好，我马上请师傅去看。")
    li.locator("#chat-head").get_by_role("button", name="接待", exact=True).click()
    expect(li.locator("#answer:not(.of-before)")).to_be_visible()
    expect(box).to_have_value("您好，我马上请师傅去看。")
    box.press("Enter")
    expect(resident.locator("#messages")).to_contain_text("我马上请师傅去看")
    li.clock.fast_forward(5_000)  # a draft would be kept by now
    li.locator("#hand-back-menu").click()
    li.get_by_role("button", name="交还", exact=True).click()
    expect(li.locator("#composer-hint")).to_contain_text("智能助手正在接待")
    expect(box).to_have_value("")


def test_news_leave_an_open_panel_and_its_words_alone(
    resident: Page, li: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast
) -> None:
    asks_for_a_person(resident, rasa)
    opens_first_chat(li)
    answers(li, "您好，我是小李")
    expect(li.locator("#composer-hint")).to_contain_text("您正在接待")
    chen = sign_in(cast.chen.login)
    opens_first_chat(chen)

    on_their_way: list[Route] = []
    li.route("**/head", lambda route: on_their_way.append(route))
    with li.expect_request("**/head"):
        writes(resident, "还有一件事")
    li.locator("#hand-back-menu").click()  # a refresh is on its way already
    note = li.get_by_label("给助手的交接说明")
    note.fill("已答应明早")
    chen.get_by_role("button", name="转给我").click()
    expect(li.locator("#transcript")).to_contain_text("转交了会话")
    li.evaluate(HEAD_ANSWERED)
    for route in on_their_way:
        route.continue_()
    li.evaluate("window.headAnswered")
    li.unroute_all()
    writes(resident, "在吗")  # and one more while the panel is open
    expect(li.locator("#transcript")).to_contain_text("在吗")
    note.press_sequentially("九点上门")
    expect(note).to_have_value("已答应明早九点上门")

    note.press("Escape")
    expect(li.locator("#chat-head")).to_contain_text("陈姐 正在接待")
    expect(li.locator("#composer-hint")).to_contain_text("陈姐 接待")
    expect(note).to_have_count(0)


def test_whoever_comes_second_is_told_and_keeps_her_words(
    resident: Page, li: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast
) -> None:
    asks_for_a_person(resident, rasa)
    chen = sign_in(cast.chen.login, dark=True)
    for page in (li, chen):
        opens_first_chat(page)
    chen.context.set_offline(True)  # her page does not hear that 小李 was first
    answers(li, "您好，我来处理")
    expect(resident.locator("#messages")).to_contain_text("您好，我来处理")
    expect(li.locator("#toasts")).to_contain_text("已由您接待")
    chen.route("**/head", lambda route: route.abort())
    chen.route("**/desk/live*", lambda route: route.abort())
    chen.context.set_offline(False)
    answers(chen, "王女士，我马上派人")
    expect(chen.locator("#toasts")).to_contain_text("这个会话由小李接待")
    expect(chen.get_by_label("回复业主")).to_have_value("王女士，我马上派人")
    keep_screenshot(chen, "desk-held-dark")
    chen.unroute_all()
    chen.reload()
    expect(chen.get_by_label("回复业主")).to_have_value("王女士，我马上派人")  # the draft is kept
    chen.get_by_role("button", name="转给我").click()
    expect(chen.locator("#composer-hint")).to_contain_text("您正在接待")
    expect(li.locator("#composer-hint")).to_contain_text("陈姐 接待")
    chen.get_by_label("回复业主").press("Enter")
    expect(resident.locator("#messages")).to_contain_text("王女士，我马上派人")
    expect(resident.locator("#messages")).not_to_contain_text("您好，我来处理王女士")


def test_the_bots_late_reply_is_struck_for_the_agent_and_unseen_by_the_resident(
    resident: Page, li: Page, rasa: FakeRasa
) -> None:
    rasa.fail("slow", times=1)
    writes(resident, "电梯坏了")
    assert rasa.hanging.wait(15)
    opens_first_chat(li)
    answers(li, "我是小李，马上处理")
    expect(resident.locator("#messages")).to_contain_text("马上处理")
    rasa.mend()
    struck = li.locator("#transcript li.cancelled").filter(has_text="收到：电梯坏了")
    expect(struck.locator("s")).to_be_visible()
    expect(struck).to_contain_text("业主没有看到")
    expect(resident.locator("#messages")).not_to_contain_text("收到：电梯坏了")


def test_an_answer_without_network_waits_and_is_sent_once(resident: Page, li: Page, rasa: FakeRasa) -> None:
    asks_for_a_person(resident, rasa)
    opens_first_chat(li)
    li.context.set_offline(True)
    answers(li, "十分钟后到")
    pending = li.locator("#transcript .pending")
    expect(pending).to_contain_text("没有收到确认")
    li.context.set_offline(False)
    li.reload()
    expect(pending).to_contain_text("十分钟后到")  # it survives the reload
    pending.get_by_role("button", name="重新发送").click()
    expect(pending).to_have_count(0)
    expect(resident.locator("#messages").get_by_text("十分钟后到")).to_have_count(1)


def test_a_session_that_is_over_keeps_the_words_and_comes_back(
    resident: Page, li: Page, rasa: FakeRasa, cast: Cast
) -> None:
    asks_for_a_person(resident, rasa)
    opens_first_chat(li)
    where = li.url
    li.context.clear_cookies(name="guanjia_desk")
    answers(li, "您好，在的")
    expect(li.locator("#toasts")).to_contain_text("登录已过期")
    li.get_by_role("link", name="重新登录").click()
    li.get_by_label("用户名").fill(cast.li.login)
    li.get_by_label("密码").fill(PASSWORD)
    li.get_by_role("button", name="登录").click()
    expect(li).to_have_url(where)
    expect(li.get_by_label("回复业主")).to_have_value("您好，在的")


def test_on_a_phone_the_panes_come_one_by_one(
    resident: Page, sign_in: SignIn, rasa: FakeRasa, cast: Cast
) -> None:
    asks_for_a_person(resident, rasa)
    li = sign_in(cast.li.login, phone=True)
    expect(li.locator("#composer")).to_have_count(0)
    opens_first_chat(li)
    expect(li.locator("#chat-list")).to_be_hidden()
    keep_screenshot(li, "desk-phone")
    li.get_by_role("button", name="业主资料").click()
    expect(li.get_by_role("heading", name="业主资料")).to_be_visible()
    li.get_by_role("button", name="关闭业主资料").click()
    li.get_by_role("link", name="返回会话列表").click()
    expect(li.locator("#chat-list")).to_be_visible()
    width = li.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
