"""Buttons and commands at Telegram: opaque keys, one-time codes, the menu, a person at the first word."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.desk.people.residents import IssuedCode, homes_of, issue_home_code
from bot.store.states import Mode
from bot.store.tables import Household
from tests.channels.telegram.conftest import TelegramDesk
from tests.channels.telegram.test_hearing import says
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramPerson
from tests.support.clock import HandClock

# --- buttons ---------------------------------------------------------------------------------------------


def test_a_button_carries_an_opaque_key_and_means_its_payload(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    wang.starts()
    desk.telegram.until(wang.texts)
    keyboard = wang.sees()[0]["reply_markup"]["inline_keyboard"]
    assert all("/" not in button["callback_data"] for row in keyboard for button in row)
    query = wang.presses("查进度")
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    assert rasa.calls[-1]["payload"] == "/status"
    assert desk.heard(wang)[-1].text == "查进度"
    assert desk.telegram.until(lambda: wang.told(query)) == {"text": "", "show_alert": False}


def test_two_taps_are_one_press(desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa) -> None:
    wang.starts()
    desk.telegram.until(wang.texts)
    rasa.fail("slow", times=1)
    queries = [wang.presses("查进度") for _ in range(2)]
    desk.telegram.until(lambda: all(wang.told(query) for query in queries))
    rasa.mend()
    desk.telegram.until(lambda: len(wang.texts()) == 2)
    assert len(rasa.calls) == 1


def test_an_expired_or_unknown_button_is_answered(
    desk: TelegramDesk, wang: TelegramPerson, zhou: TelegramPerson, clock: HandClock
) -> None:
    wang.starts()
    desk.telegram.until(wang.texts)
    message = wang.sees()[0]
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    unknown = wang.presses_data("made up", message)
    zhou.says("在吗")
    desk.telegram.until(zhou.texts)
    foreign = zhou.presses_data(data, zhou.sees()[0])
    desk.telegram.until(lambda: wang.told(unknown) and zhou.told(foreign))
    clock.turn(timedelta(days=31))
    old = wang.presses_data(data, message)
    told = desk.telegram.until(lambda: wang.told(old))
    assert told["show_alert"]
    assert told == wang.told(unknown) == zhou.told(foreign)


def test_typed_text_is_never_a_payload(desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa) -> None:
    wang.says("/affirm")
    desk.telegram.until(wang.texts)
    assert rasa.calls[0]["payload"] is None


# --- commands --------------------------------------------------------------------------------------------


def home(desk: TelegramDesk, clock: HandClock) -> str:
    """A home of the estate and its one-time code, as the deep link carries it."""

    def work(session: Session) -> str:
        session.add(Household(key="3-2-1201", building="3", unit="2", room="1201"))
        session.flush()
        issued = issue_home_code(session, home="3-2-1201", by="agent:1", now=clock(), valid=timedelta(days=7))
        assert isinstance(issued, IssuedCode)
        return issued.code

    return desk.writes(work)


def test_start_with_a_one_time_code_proves_the_home_once(
    desk: TelegramDesk, wang: TelegramPerson, zhou: TelegramPerson, clock: HandClock
) -> None:
    code = home(desk, clock)
    wang.starts(code)
    desk.telegram.until(lambda: any("3栋2单元1201" in text for text in wang.texts()))
    hers = desk.conversation(wang).resident_id
    assert [one.verified for one in desk.reads(lambda session: homes_of(session, hers))] == [True]
    assert code not in "".join(message.text for message in desk.heard(wang))
    zhou.starts(code)
    desk.telegram.until(lambda: says(zhou, "utter_telegram_code_wrong"))
    his = desk.conversation(zhou).resident_id
    assert desk.reads(lambda session: homes_of(session, his)) == []


def test_an_expired_code_and_too_many_tries_are_said(
    desk: TelegramDesk, wang: TelegramPerson, zhou: TelegramPerson, clock: HandClock
) -> None:
    code = home(desk, clock)
    clock.turn(timedelta(days=8))
    wang.starts(code)
    desk.telegram.until(lambda: says(wang, "utter_telegram_code_expired"))
    for _ in range(12):
        zhou.starts("AAAA-BBBB")
    desk.telegram.until(lambda: says(zhou, "utter_telegram_code_later"))


def test_help_and_the_menu(desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa) -> None:
    command = {"type": "bot_command", "offset": 0, "length": 5}
    wang.sends({"text": "/help", "entities": [command]})
    desk.telegram.until(lambda: says(wang, "utter_telegram_help"))
    menu = desk.telegram.until(lambda: desk.telegram.world.commands)
    assert {one["command"]: one["description"] for one in menu}["repair"] == "我要报修"
    wang.sends({"text": "/repair", "entities": [{**command, "length": 7}]})
    desk.telegram.until(lambda: rasa.calls)
    assert rasa.calls[0]["payload"] == "/repair"


def test_words_behind_a_command_are_hers(desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa) -> None:
    command = {"type": "bot_command", "offset": 0, "length": 7}
    wang.sends({"text": "/repair 厨房水管漏水", "entities": [command]})
    desk.telegram.until(lambda: rasa.calls)
    assert (rasa.calls[0]["text"], rasa.calls[0]["payload"]) == ("厨房水管漏水", None)


def test_a_person_is_reached_by_the_menu_with_the_assistant_down(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    rasa.stop()
    wang.sends({"text": "/human", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]})
    desk.telegram.until(lambda: wang.texts() and desk.conversation(wang).mode is Mode.WAITING)
