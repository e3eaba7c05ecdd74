"""The double against the table of facts (docs/channels/telegram-double.md): over HTTP, as a bot sees it."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import telegram as ptb
from telegram.request import HTTPXRequest

from tests.doubles.telegram.people import TelegramGroup, TelegramPerson
from tests.doubles.telegram.server import FakeTelegram

Json = dict[str, Any]


class RawBot:
    """Calls the double as it stands in the documentation, without a library."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.http = httpx.Client(trust_env=False, timeout=20)

    def call(self, method: str, token: str = "", **params: Any) -> Json:
        url = f"{self.telegram.url}/bot{token or self.telegram.token}/{method}"
        answer: Json = self.http.post(url, json=params).json()
        return answer

    def updates(self, **params: Any) -> list[Json]:
        found: list[Json] = self.call("getUpdates", **params)["result"]
        return found


@pytest.fixture
def bot(telegram: FakeTelegram) -> Iterator[RawBot]:
    raw = RawBot(telegram)
    yield raw
    raw.http.close()


# --- updates ---------------------------------------------------------------------------------------------


def test_updates_come_again_until_a_higher_offset_confirms_them(bot: RawBot, wang: TelegramPerson) -> None:
    for text in ("一", "二", "三"):
        wang.says(text)
    first = bot.updates()
    assert [one["message"]["text"] for one in first] == ["一", "二", "三"]
    assert bot.updates() == first
    assert bot.updates(offset=first[1]["update_id"] + 1) == first[2:]
    assert bot.updates() == first[2:]


def test_limit_holds_a_batch_small(bot: RawBot, wang: TelegramPerson) -> None:
    for text in ("一", "二", "三"):
        wang.says(text)
    assert [one["message"]["text"] for one in bot.updates(limit=2)] == ["一", "二"]


def test_an_offset_far_past_the_tail_confirms_nothing(bot: RawBot, wang: TelegramPerson) -> None:
    wang.says("在吗")
    assert [one["message"]["text"] for one in bot.updates(offset=9_000_000)] == ["在吗"]
    assert len(bot.updates()) == 1


def test_ids_may_start_anywhere_after_a_silence(
    bot: RawBot, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    telegram.world.restart_ids(900)
    wang.says("一")
    bot.updates(offset=bot.updates()[-1]["update_id"] + 1)
    telegram.world.restart_ids(7)
    wang.says("二")
    assert [one["update_id"] for one in bot.updates(offset=901)] == [7]


def test_updates_are_kept_for_a_day(bot: RawBot, telegram: FakeTelegram, wang: TelegramPerson) -> None:
    now = [1_000_000.0]
    telegram.world.clock = lambda: now[0]
    wang.says("昨天的话")
    now[0] += 24 * 3600 - 1
    assert len(bot.updates()) == 1
    now[0] += 2
    assert bot.updates() == []


def test_a_long_poll_answers_when_something_comes(bot: RawBot, wang: TelegramPerson) -> None:
    got: list[Json] = []
    poll = threading.Thread(target=lambda: got.extend(bot.updates(timeout=15)))
    poll.start()
    while not bot.telegram.calls_of("getUpdates"):
        pass
    wang.says("在吗")
    poll.join(5)
    assert [one["message"]["text"] for one in got] == ["在吗"]


def test_of_two_pollers_the_older_one_gets_409(bot: RawBot, telegram: FakeTelegram) -> None:
    got: list[Json] = []
    old = threading.Thread(target=lambda: got.append(bot.call("getUpdates", timeout=15)))
    old.start()
    while not telegram.calls_of("getUpdates"):
        pass
    RawBot(telegram).updates()
    old.join(5)
    assert got[0]["error_code"] == 409


def test_only_the_kinds_that_were_asked_for_come(bot: RawBot, wang: TelegramPerson) -> None:
    bot.updates(allowed_updates=["message"])
    wang.edits(wang.says("一"), "二")
    assert [set(one) - {"update_id"} for one in bot.updates()] == [{"message"}]


def test_a_wrong_token_is_401(bot: RawBot) -> None:
    assert bot.call("getMe", token="1:wrong")["error_code"] == 401


# --- webhook ---------------------------------------------------------------------------------------------


def test_a_webhook_shuts_polling_out_and_hands_over_what_was_not_confirmed(
    bot: RawBot, wang: TelegramPerson, web: "Web"
) -> None:
    wang.says("一")
    web.answers = [500, 404, 200]
    bot.call("setWebhook", url=web.url, secret_token="s3cret")
    web.heard(3)
    assert bot.call("getUpdates")["error_code"] == 409
    assert {one["message"]["text"] for one, _ in web.got} == {"一"}  # repeated until it was taken
    assert {secret for _, secret in web.got} == {"s3cret"}
    assert "404" in bot.call("getWebhookInfo")["result"]["last_error_message"]
    bot.call("deleteWebhook")
    wang.says("二")
    assert [one["message"]["text"] for one in bot.updates()] == ["二"]


def test_nobody_may_drop_pending_updates(bot: RawBot) -> None:
    assert not bot.call("deleteWebhook", drop_pending_updates=True)["ok"]


class Web:
    """A web server that takes the double's webhooks, answering as it is told (then 200)."""

    def __init__(self) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        self.got: list[tuple[Json, str | None]] = []
        self.answers: list[int] = []
        self.news = threading.Condition()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                import json

                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with web.news:
                    web.got.append((body, self.headers.get("X-Telegram-Bot-Api-Secret-Token")))
                    code = web.answers.pop(0) if web.answers else 200
                    web.news.notify_all()
                self.send_response(code)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def heard(self, count: int) -> None:
        with self.news:
            assert self.news.wait_for(lambda: len(self.got) >= count, 10)


@pytest.fixture
def web() -> Iterator[Web]:
    served = Web()
    yield served
    served.server.shutdown()
    served.server.server_close()


# --- sending ---------------------------------------------------------------------------------------------


def test_limits_of_a_message(bot: RawBot, wang: TelegramPerson) -> None:
    wang.says("在吗")

    def code(**params: Any) -> int | None:
        return bot.call("sendMessage", chat_id=wang.id, **params).get("error_code")

    def button(data: str) -> Json:
        return {"inline_keyboard": [[{"text": "好", "callback_data": data}]]}

    assert code(text="好" * 4096) is None
    assert code(text="好" * 4097) == 400
    assert code(text="😀" * 2049) == 400  # UTF-16 units are counted
    assert code(text=" ") == 400
    assert code(text="好", reply_markup=button("好" * 21)) is None
    assert code(text="好", reply_markup=button("好" * 22)) == 400


def test_a_bot_writes_to_nobody_first_and_to_nobody_who_blocked_it(bot: RawBot, wang: TelegramPerson) -> None:
    assert bot.call("sendMessage", chat_id=wang.id, text="您好")["error_code"] == 403
    assert bot.call("sendMessage", chat_id=99, text="您好")["error_code"] == 400
    wang.says("在吗")
    assert bot.call("sendMessage", chat_id=wang.id, text="您好")["ok"]
    wang.blocks()
    assert bot.call("sendMessage", chat_id=wang.id, text="您好")["error_code"] == 403
    statuses = [
        one["my_chat_member"]["new_chat_member"]["status"] for one in bot.updates() if "my_chat_member" in one
    ]
    assert statuses == ["kicked"]


def test_sending_twice_is_there_twice(bot: RawBot, wang: TelegramPerson) -> None:
    wang.says("在吗")
    for _ in range(2):
        bot.call("sendMessage", chat_id=wang.id, text="您好")
    assert wang.texts() == ["您好", "您好"]


def test_more_than_one_message_a_second_is_429_after_a_burst(wang: TelegramPerson) -> None:
    wang.says("在吗")
    wang.telegram.rates = True
    bot = RawBot(wang.telegram)
    answers = [bot.call("sendMessage", chat_id=wang.id, text="您好") for _ in range(4)]
    assert [one["ok"] for one in answers] == [True, True, True, False]
    assert answers[-1]["parameters"]["retry_after"] == 1


def test_an_own_message_can_be_edited_and_hers_not(bot: RawBot, wang: TelegramPerson) -> None:
    hers = wang.says("在吗")
    ours = bot.call("sendMessage", chat_id=wang.id, text="一")["result"]["message_id"]
    assert bot.call("editMessageText", chat_id=wang.id, message_id=ours, text="二")["ok"]
    assert wang.texts() == ["二"]
    for message_id in (hers, ours):  # not ours; not changed
        again = bot.call("editMessageText", chat_id=wang.id, message_id=message_id, text="二")
        assert again["error_code"] == 400


def test_a_pressed_button_is_answered_once_it_is_known(bot: RawBot, wang: TelegramPerson) -> None:
    wang.says("在吗")
    keyboard = {"inline_keyboard": [[{"text": "好", "callback_data": "k1"}]]}
    bot.call("sendMessage", chat_id=wang.id, text="可以吗", reply_markup=keyboard)
    query = wang.presses("好")
    assert bot.updates()[-1]["callback_query"]["data"] == "k1"
    assert bot.call("answerCallbackQuery", callback_query_id=query, text="收到")["ok"]
    assert wang.told(query) == {"text": "收到", "show_alert": False}
    assert bot.call("answerCallbackQuery", callback_query_id="old")["error_code"] == 400
    assert bot.call("answerCallbackQuery", callback_query_id=query, text="好" * 201)["error_code"] == 400


# --- files -----------------------------------------------------------------------------------------------


def test_files_are_fetched_by_a_link_that_ends(bot: RawBot, wang: TelegramPerson) -> None:
    now = [1_000_000.0]
    bot.telegram.world.clock = lambda: now[0]
    wang.sends_photo(b"a picture")
    photo = bot.updates()[0]["message"]["photo"][-1]
    path = bot.call("getFile", file_id=photo["file_id"])["result"]["file_path"]
    link = f"{bot.telegram.url}/file/bot{bot.telegram.token}/{path}"
    assert bot.http.get(link).content == b"a picture"
    now[0] += 3601
    assert bot.http.get(link).status_code == 404
    bot.telegram.world.file_limit = 3
    assert bot.call("getFile", file_id=photo["file_id"])["description"] == "Bad Request: file is too big"


def test_an_album_is_several_updates_with_one_id(bot: RawBot, wang: TelegramPerson) -> None:
    wang.sends_album([b"1", b"2", b"3"], caption="漏水")
    messages = [one["message"] for one in bot.updates()]
    assert len({one["media_group_id"] for one in messages}) == 1
    assert [one.get("caption") for one in messages] == ["漏水", None, None]


def test_a_group_is_told_from_a_private_chat(bot: RawBot, wang: TelegramPerson) -> None:
    group = TelegramGroup(bot.telegram, "3栋业主群")
    group.adds_bot(wang)
    group.hears(wang, "大家好")
    assert [_chat_type(one) for one in bot.updates()] == ["supergroup", "supergroup"]


def _chat_type(update: Json) -> str:
    body = update.get("message") or update["my_chat_member"]
    return str(body["chat"]["type"])


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "done"), [("lost_answer", True), ("cut", False)])
def test_a_connection_cut_before_or_after_the_work(
    bot: RawBot, wang: TelegramPerson, kind: str, done: bool
) -> None:
    wang.says("在吗")
    bot.telegram.fail(kind, method="sendMessage")
    with pytest.raises(httpx.TransportError):
        bot.call("sendMessage", chat_id=wang.id, text="您好")
    assert wang.texts() == (["您好"] if done else [])


@pytest.mark.parametrize(("kind", "done"), [("error_after", True), ("error", False)])
def test_a_500_before_or_after_the_work(bot: RawBot, wang: TelegramPerson, kind: str, done: bool) -> None:
    wang.says("在吗")
    bot.telegram.fail(kind, code=500, method="sendMessage")
    assert bot.call("sendMessage", chat_id=wang.id, text="您好")["error_code"] == 500
    assert wang.texts() == (["您好"] if done else [])


def test_429_for_one_chat_is_not_for_the_others(bot: RawBot, wang: TelegramPerson) -> None:
    zhou = TelegramPerson(bot.telegram, "老周")
    for person in (wang, zhou):
        person.says("在吗")
    bot.telegram.fail("error", code=429, retry_after=3600, chat_id=wang.id, times=None)
    refused = bot.call("sendMessage", chat_id=wang.id, text="您好")
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 3600})
    assert bot.call("sendMessage", chat_id=zhou.id, text="您好")["ok"]


def test_a_damaged_update_and_a_second_delivery_on_demand(bot: RawBot, telegram: FakeTelegram) -> None:
    telegram.world.push_raw({"update_id": 5, "message": "not an object"})
    telegram.world.push_raw({"update_id": 5, "message": "not an object"})
    assert [one["update_id"] for one in bot.updates()] == [5, 5]


# --- the library the desk sends with ---------------------------------------------------------------------


@pytest.mark.anyio
async def test_python_telegram_bot_speaks_with_it(telegram: FakeTelegram, wang: TelegramPerson) -> None:
    wang.says("在吗")
    request = HTTPXRequest(httpx_kwargs={"trust_env": False})
    root = telegram.url
    bot = ptb.Bot(telegram.token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot", request=request)
    async with bot:
        assert bot.username == "guanjia_bot"
        sent = await bot.send_message(wang.id, "您好")
        await bot.send_photo(wang.id, b"a picture", caption="照片")
        await bot.edit_message_text("您好！", wang.id, sent.message_id)
        assert [update.message.text for update in await bot.get_updates() if update.message] == ["在吗"]
        wang.blocks()
        with pytest.raises(ptb.error.Forbidden):
            await bot.send_message(wang.id, "您好")
    assert wang.texts() == ["您好！", "照片"]
