"""A resident in a real browser: the page as a messenger, on a phone and on a desk, also when things fail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bot.desk.talk import conversations
from bot.messaging.live import OUTBOX, TYPING, conversation_topic
from bot.store.engine import Store
from tests.browser.conftest import OpenDevice, keep_screenshot
from tests.channels.webchat.test_messages import picture
from tests.doubles.rasa.fake import FakeRasa
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.desk_server import DeskServer
from tests.support.messaging_fixtures import StartDesk
from tests.support.visitor import until


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def phone(open_device: OpenDevice) -> BrowserContext:
    return open_device(phone=True)


@pytest.fixture
def page(phone: BrowserContext, server: DeskServer, faults: list[str]) -> Iterator[Page]:
    """王阿姨's phone with the page open; no script error may happen on it."""
    opened = phone.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
    opened.goto(server.url)
    yield opened
    assert faults == []


def say(page: Page, text: str) -> None:
    page.get_by_label("写消息").fill(text)
    page.get_by_role("button", name="发送", exact=True).click()


def hears(page: Page, text: str, *, seconds: float = 15) -> None:
    """The desk said it, and it stands on the page."""
    expect(page.locator(".message.theirs .said", has_text=text)).to_be_visible(timeout=seconds * 1000)


def conversation_of(page: Page) -> int:
    found: int = page.evaluate(
        """async () => (await (await fetch('/chat/api/session', {method: 'POST',
           headers: {'Content-Type': 'application/json'}, body: '{}'})).json()).conversation"""
    )
    return found


def test_the_empty_page_greets_and_offers_the_first_step(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("锦绣花园物业服务中心")
    expect(page.get_by_text("我是智能助手")).to_be_visible()
    expect(page.get_by_text("您留下的姓名、电话和地址只用于")).to_be_visible()
    expect(page.get_by_role("button", name="转人工客服")).to_be_visible()
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_disabled()
    keep_screenshot(page, "webchat-empty-phone")


def test_a_message_goes_out_and_the_answer_comes_live(page: Page) -> None:
    say(page, "电梯又坏了")
    expect(page.locator(".message.mine .said")).to_have_text("电梯又坏了")
    expect(page.locator(".message.mine .state")).to_have_text("已送达")
    hears(page, "收到：电梯又坏了")
    expect(page.get_by_label("写消息")).to_be_focused()
    expect(page.locator(".message.theirs .who").first).to_have_text("智能助手")
    keep_screenshot(page, "webchat-answer-phone")


def test_enter_sends_and_shift_enter_breaks_the_line(page: Page) -> None:
    field = page.get_by_label("写消息")
    field.press_sequentially("第一行")
    field.press("Shift+Enter")
    field.press_sequentially("第二行")
    field.press("Enter")
    expect(page.locator(".message.mine .said")).to_have_text("第一行\n第二行")
    expect(field).to_have_value("")


def test_a_suggestion_is_one_tap(page: Page, rasa: FakeRasa) -> None:
    page.get_by_role("button", name="我要报修").click()
    hears(page, "收到：我要报修")
    expect(page.locator("#welcome")).to_be_hidden()


def test_buttons_are_pressed_once(page: Page, rasa: FakeRasa) -> None:
    say(page, "选择")
    yes = page.get_by_role("button", name="是的，就这样")
    expect(yes).to_be_enabled()
    keep_screenshot(page, "webchat-buttons-phone")
    yes.click()
    hears(page, "收到：/affirm")
    expect(yes).to_be_disabled()
    expect(page.get_by_role("button", name="先不用")).to_be_disabled()
    expect(page.locator(".message.mine .said").last).to_have_text("是的，就这样")
    assert rasa.calls[-1]["payload"] == "/affirm"


def test_history_is_there_after_a_reload_and_in_order(page: Page) -> None:
    for text in ("一", "二", "三"):
        say(page, text)
        hears(page, f"收到：{text}")
    before = page.locator(".message .said").all_inner_texts()
    page.reload()
    expect(page.locator(".message")).to_have_count(6)
    assert page.locator(".message .said").all_inner_texts() == before
    expect(page.locator("#welcome")).to_be_hidden()


def test_nothing_anybody_writes_turns_into_markup(page: Page) -> None:
    evil = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
    say(page, evil)
    expect(page.locator(".message.mine .said")).to_have_text(evil)
    hears(page, evil)
    assert page.locator(".messages img:not(.avatar), .messages script").count() == 0
    assert page.title() == "锦绣花园物业服务中心"


def test_a_picture_is_previewed_sent_and_shown(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "漏水.jpg"
    file.write_bytes(picture(size=(1200, 800)))
    page.locator("#photo").set_input_files(file)
    expect(page.get_by_alt_text("将要发送的图片")).to_be_visible()
    keep_screenshot(page, "webchat-preview-phone")
    page.get_by_label("写消息").fill("看，漏水")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator("#preview")).to_be_hidden()
    shown = page.locator(".message.mine .picture img")
    expect(shown).to_have_attribute("src", re.compile(r"/chat/api/attachments/\d+"))
    until(lambda: shown.evaluate("one => one.complete && one.naturalWidth") == 1200, what="the picture")
    hears(page, "收到：看，漏水")
    keep_screenshot(page, "webchat-picture-phone")


def test_a_preview_can_be_taken_back(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "p.png"
    file.write_bytes(picture("PNG"))
    page.locator("#photo").set_input_files(file)
    page.get_by_role("button", name="不发送这张图片").click()
    expect(page.locator("#preview")).to_be_hidden()
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_disabled()


def test_what_is_no_picture_is_said_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    text, large = tmp_path / "brief.txt", tmp_path / "large.gif"
    text.write_text("kein Bild")
    large.write_bytes(b"GIF89a" + b"\0" * 11_000_000)
    page.locator("#photo").set_input_files(text)
    expect(page.locator("#notice")).to_contain_text("这里只能发送图片")
    page.locator("#photo").set_input_files(large)
    expect(page.locator("#notice")).to_contain_text("超过 10 MB")


def test_a_broken_picture_is_refused_and_her_words_can_be_taken_up_again(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "broken.png"
    file.write_bytes(b"no picture at all")
    page.locator("#photo").set_input_files(file)
    page.get_by_label("写消息").fill("看这里")
    page.get_by_role("button", name="发送", exact=True).click()
    state = page.locator(".message.mine .state")
    expect(state).to_contain_text("没有发出")
    expect(state).to_contain_text("不是可以显示的图片")
    page.get_by_role("button", name="重新编辑").click()
    expect(page.get_by_label("写消息")).to_have_value("看这里")
    expect(page.locator(".message.mine")).to_have_count(0)


def test_offline_is_said_and_what_is_written_goes_out_later(page: Page, phone: BrowserContext) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    phone.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("网络已断开")
    say(page, "断网时写的")
    expect(page.locator(".message.mine .state").last).to_have_text(re.compile("发送中|稍候自动重发"))
    keep_screenshot(page, "webchat-offline-phone")
    phone.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    hears(page, "收到：断网时写的")
    expect(page.locator(".message.mine", has_text="断网时写的")).to_have_count(1)


def test_unsent_words_survive_a_closed_page(page: Page, phone: BrowserContext, server: DeskServer) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    phone.route("**/chat/api/messages", lambda route: route.abort())
    say(page, "还没有发出的话")
    page.get_by_label("写消息").fill("写到一半")
    expect(page.locator(".message.mine .state").last).to_contain_text("稍候自动重发")
    page.close()
    phone.unroute("**/chat/api/messages")
    again = phone.new_page()
    again.goto(server.url)
    hears(again, "收到：还没有发出的话")
    expect(again.get_by_label("写消息")).to_have_value("写到一半")
    expect(again.locator(".message.mine", has_text="还没有发出的话")).to_have_count(1)


def test_an_answer_that_was_lost_on_the_way_makes_no_second_message(
    page: Page, phone: BrowserContext, rasa: FakeRasa
) -> None:
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.post_data or "")
            route.fetch()  # the desk has it; the answer never arrives
            route.abort()
        else:
            route.continue_()

    phone.route("**/chat/api/messages", lose_first)
    say(page, "电梯坏了")
    hears(page, "收到：电梯坏了")
    expect(page.locator(".message.mine .state")).to_have_text("已送达")
    expect(page.locator(".message.mine")).to_have_count(1)
    assert rasa.texts() == ["电梯坏了"]


def test_a_desk_that_cannot_store_is_waited_for(page: Page, phone: BrowserContext) -> None:
    refusals = 1

    def refuse_first(route: Route) -> None:
        nonlocal refusals
        if route.request.method == "POST" and refusals:
            refusals -= 1
            error = {
                "code": "store_full",
                "message": "系统存储空间不足，消息暂时没有保存。",
                "mend": "会自动重发。",
            }
            route.fulfill(status=503, headers={"Retry-After": "2"}, json={"error": error})
        else:
            route.continue_()

    phone.route("**/chat/api/messages", refuse_first)
    say(page, "电梯坏了")
    expect(page.locator(".message.mine .state")).to_contain_text("系统存储空间不足")
    keep_screenshot(page, "webchat-store-full-phone")
    hears(page, "收到：电梯坏了")


def test_who_is_too_fast_sees_it_and_everything_arrives(page: Page, rasa: FakeRasa) -> None:
    for number in range(24):
        page.get_by_label("写消息").fill(f"第{number}句")
        page.get_by_label("写消息").press("Enter")
    expect(page.locator(".message.mine .state", has_text="请稍等").first).to_be_visible()
    expect(page.locator(".message.mine .state", has_text="已送达")).to_have_count(24, timeout=30_000)
    texts = page.locator(".message.mine .said").all_inner_texts()
    assert texts == [f"第{number}句" for number in range(24)]


def test_a_lost_session_begins_a_new_one_and_sends_what_was_written(
    page: Page, clock: HandClock, server: DeskServer
) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    clock.turn(days=400)
    say(page, "第二句")
    hears(page, "收到：第二句")
    expect(page.locator("#notice")).to_contain_text("之前的会话已失效")
    expect(page.locator(".message.mine .said")).to_have_text(["第二句"])


def test_all_tabs_go_on_in_the_new_session(
    page: Page, phone: BrowserContext, server: DeskServer, clock: HandClock
) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    second = phone.new_page()
    second.goto(server.url)
    hears(second, "收到：第一句")
    clock.turn(days=400)
    say(second, "第二句")
    hears(second, "收到：第二句")
    hears(page, "收到：第二句")
    expect(page.locator(".message.mine .said")).to_have_text(["第二句"])
    say(page, "第三句")
    hears(second, "收到：第三句")


def test_the_private_link_brings_her_back_on_another_device(page: Page, open_device: OpenDevice) -> None:
    page.get_by_role("button", name="更多").click()
    page.get_by_role("menuitem", name="复制我的专属链接").click()
    expect(page.locator("#notice")).to_contain_text("发送第一条消息之后")
    say(page, "电梯坏了")
    hears(page, "收到：电梯坏了")
    page.get_by_role("button", name="更多").click()
    keep_screenshot(page, "webchat-menu-phone")
    page.get_by_role("menuitem", name="复制我的专属链接").click()
    expect(page.locator("#notice")).to_contain_text("专属链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    computer = open_device().new_page()
    computer.goto(link)
    hears(computer, "收到：电梯坏了")
    assert "/chat/r/" not in computer.url
    say(computer, "我在电脑上")
    hears(page, "收到：我在电脑上")
    keep_screenshot(computer, "webchat-desk")


def test_answers_missed_are_marked_as_new_on_return(
    page: Page, phone: BrowserContext, server: DeskServer, rasa: FakeRasa
) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    until(lambda: _read_all(page), what="read")
    rasa.fail("slow", times=1)
    say(page, "第二句")
    assert rasa.hanging.wait(10)
    expect(page.locator(".message.mine .state").last).to_have_text("已送达")
    page.close()
    rasa.mend()
    again = phone.new_page()
    until(lambda: len(rasa.played) == 2, what="the answer")
    again.goto(server.url)
    hears(again, "收到：第二句")
    expect(again.get_by_text("以下是新消息")).to_be_visible()
    keep_screenshot(again, "webchat-unread-phone")


def _read_all(page: Page) -> bool:
    unread: bool = page.evaluate(
        """async () => (await (await fetch('/chat/api/messages?after=0')).json()).messages
           .some((one) => one.from !== 'resident' && !one.read)"""
    )
    return not unread


def test_two_tabs_share_one_live_connection(page: Page, phone: BrowserContext, server: DeskServer) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    second = phone.new_page()
    second.goto(server.url)
    hears(second, "收到：第一句")
    say(page, "第二句")
    hears(second, "收到：第二句")
    chat = next(route for route in server.app.routes if route.path == "").app.state.chat  # type: ignore[attr-defined]
    assert list(chat.live.values()) == [1]
    page.close()  # it held the connection
    say(second, "第三句")
    hears(second, "收到：第三句")
    until(lambda: list(chat.live.values()) == [1], what="the other tab's connection")


def test_a_person_types_answers_and_is_named(
    page: Page, server: DeskServer, store: Store, cast: Cast, clock: HandClock
) -> None:
    say(page, "第一句")
    hears(page, "收到：第一句")
    conversation = conversation_of(page)
    server.desk.hub.publish(conversation_topic(conversation), TYPING, by="agent")
    expect(page.get_by_text("客服正在输入…")).to_be_visible()
    keep_screenshot(page, "webchat-typing-phone")
    with store.write() as session:
        conversations.answer(
            session,
            conversation,
            agent_id=cast.li.agent_id,
            text="您好，我是小李，师傅半小时内到。",
            client_id="li-1",
            now=clock(),
        )
    server.desk.hub.publish(OUTBOX)
    hears(page, "师傅半小时内到")
    expect(page.locator("#status")).to_have_text("客服 小李 正在为您服务")
    expect(page.locator(".message.theirs .who").last).to_have_text("客服 小李")
    expect(page.locator("#typing")).to_be_hidden()
    keep_screenshot(page, "webchat-person-phone")


def test_typing_is_shown_while_the_assistant_works(page: Page, rasa: FakeRasa) -> None:
    rasa.fail("slow", times=1)
    say(page, "电梯坏了")
    expect(page.get_by_text("智能助手正在输入…")).to_be_visible()
    rasa.mend()
    hears(page, "收到：电梯坏了")
    expect(page.locator("#typing")).to_be_hidden()


def test_the_desk_starts_again_under_an_open_page(
    open_device: OpenDevice, start_desk: StartDesk, rasa: FakeRasa
) -> None:
    server = start_desk()
    page = open_device(phone=True).new_page()
    page.goto(server.url)
    say(page, "第一句")
    hears(page, "收到：第一句")
    server.stop()
    say(page, "第二句")
    expect(page.locator(".message.mine .state").last).to_contain_text("稍候自动重发")
    server.restart()
    hears(page, "收到：第二句")
    expect(page.locator(".message.mine", has_text="第二句")).to_have_count(1)


def test_a_store_that_is_away_still_shows_the_page_with_a_word(
    open_device: OpenDevice, server: DeskServer, sqlite_url: str
) -> None:
    page = open_device(phone=True).new_page()
    page.goto(server.url)
    say(page, "第一句")
    hears(page, "收到：第一句")
    server.desk.store.close()
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    aside = database.rename(database.with_suffix(".aside"))
    database.mkdir()
    page.reload()
    expect(page.locator("#notice")).to_contain_text("系统暂时无法保存消息")
    say(page, "第二句")
    expect(page.locator(".message.mine", has_text="第二句")).to_be_visible()
    database.rmdir()
    aside.rename(database)
    hears(page, "收到：第二句", seconds=30)


@pytest.mark.parametrize(("phone", "dark"), [(True, True), (False, False), (False, True)], ids=str)
def test_it_looks_right_everywhere(
    open_device: OpenDevice, server: DeskServer, phone: bool, dark: bool
) -> None:
    page = open_device(phone=phone, dark=dark).new_page()
    page.goto(server.url)
    say(page, "电梯又坏了，第三次了，你们到底管不管！")
    hears(page, "收到")
    say(page, "选择")
    expect(page.get_by_role("button", name="是的，就这样")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
    assert _worst_contrast(page) >= 4.5
    keep_screenshot(page, f"webchat-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}")


def _worst_contrast(page: Page) -> float:
    """The least contrast of any text that can be seen (WCAG AA wants 4.5)."""
    worst: float = page.evaluate(
        """() => {
          const rgb = (css) => css.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = (node) => {
            for (let one = node; one; one = one.parentElement) {
              const color = rgb(getComputedStyle(one).backgroundColor);
              if (color.length < 4 || color[3] > 0) return color;
            }
            return [255, 255, 255];
          };
          let worst = 21;
          for (const node of document.querySelectorAll('h1, h2, p, button, a, span, li, textarea')) {
            const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
            const shown = node.checkVisibility({ visibilityProperty: true });
            if (!own || !shown || node.matches('.sr-only, :disabled')) continue;
            const text = light(rgb(getComputedStyle(node).color));
            const [a, b] = [text, light(ground(node))].sort((x, y) => y - x);
            worst = Math.min(worst, (a + 0.05) / (b + 0.05));
          }
          return worst;
        }"""
    )
    return worst


def test_everything_can_be_done_by_keyboard_and_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, textarea, [role=button]')]
           .filter((one) => one.checkVisibility())
           .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim()
              || one.labels?.[0]?.textContent.trim()))
           .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    page.get_by_role("button", name="更多").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="转人工客服")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="复制我的专属链接")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="更多")).to_be_focused()
    expect(page.locator("#menu-panel")).to_be_hidden()


def test_touch_targets_are_large_enough(page: Page) -> None:
    say(page, "选择")
    expect(page.get_by_role("button", name="是的，就这样")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, label.icon-button')]
           .filter((one) => one.checkVisibility())
           .map((one) => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
           .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""
    )
    assert small == []
