"""A desk killed between receiving and confirming, between sending and noting it, and at any instant."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.store.channel_tables import TelegramUpdate, UpdateState
from bot.store.engine import Store
from bot.store.states import Delivery, Sender
from bot.store.tables import Message, OutboxRow
from tests.doubles.rasa.fake import FakeRasa, Json
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import FakeTelegram
from tests.support.estates import PROJECT

KILLS = 6
PEOPLE = 5


def say_back(call: Json) -> Json:
    """Answers that tell what they answer, in words of the project."""
    parse = {"text": call["text"], "intent": "inquiry", "confidence": 0.9, "matters": [], "entities": []}
    reply = {"key": "utter_handback", "slots": {"note": call["text"]}}
    return {"replies": [reply], "parse": {**parse, "upset": 0}, "state": {"active_form": None}}


@dataclass
class MortalDesk:
    """A desk process that is killed and started again on the same store."""

    config: Path
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.channels.telegram.desk_process", str(self.config)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=out)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture
def desk(sqlite_url: str, rasa: FakeRasa, telegram: FakeTelegram, tmp_path: Path) -> Iterator[MortalDesk]:
    rasa.brain = say_back
    telegram.world.clock = time.time  # a desk in a process of its own has the real time
    environ = {
        "GUANJIA_RASA_URL": rasa.url,
        "GUANJIA_RASA_SECRET": rasa.secret,
        "DATABASE_URL": sqlite_url,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE_URL": telegram.url,
    }
    config = tmp_path / "desk.json"
    config.write_text(json.dumps({"environ": environ, "data_dir": str(tmp_path / "data")}))
    mortal = MortalDesk(config, tmp_path / "desk.log")
    mortal.start()
    yield mortal
    mortal.kill()


def until(telegram: FakeTelegram, check: Callable[[], Any]) -> Any:
    return telegram.until(check, seconds=60)


def rows(store: Store, state: UpdateState) -> int:
    wanted = select(func.count()).where(TelegramUpdate.state == state)
    with store.read() as session:
        return session.scalar(wanted) or 0


def test_killed_before_the_batch_arrived(
    desk: MortalDesk, telegram: FakeTelegram, wang: TelegramPerson
) -> None:
    until(telegram, lambda: telegram.calls_of("getUpdates"))
    fault = telegram.fail("slow", method="getUpdates")
    wang.says("一")
    until(telegram, lambda: fault.times == 0)
    desk.kill()
    telegram.mend()
    desk.start()
    until(telegram, wang.texts)
    assert len(wang.texts()) == 1


def test_killed_after_storing_and_before_confirming(
    desk: MortalDesk, telegram: FakeTelegram, sqlite_store: Store, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    rasa.stop()  # so that nothing is answered meanwhile
    wang.says("一")
    until(telegram, lambda: rows(sqlite_store, UpdateState.HANDLED))
    desk.kill()
    # Whatever was not confirmed comes again; to be sure of it, it is given a second time.
    with sqlite_store.read() as session:
        raw = json.loads(session.scalars(select(TelegramUpdate.raw)).one())
    telegram.world.push_raw(raw)
    rasa.start()
    desk.start()
    until(telegram, lambda: telegram.world.unconfirmed() == 0 and wang.texts())
    with sqlite_store.read() as session:
        heard = session.scalars(select(Message.text).where(Message.sender == Sender.RESIDENT)).all()
    assert heard == ["一"]


def test_killed_between_sending_and_noting_it(
    desk: MortalDesk, telegram: FakeTelegram, sqlite_store: Store, wang: TelegramPerson
) -> None:
    telegram.fail("slow", method="sendMessage")
    wang.says("一")
    until(telegram, wang.texts)
    desk.kill()
    telegram.mend()
    desk.start()

    def states() -> list[Delivery]:
        with sqlite_store.read() as session:
            return list(session.scalars(select(OutboxRow.state)))

    until(telegram, lambda: states() == [Delivery.UNKNOWN])
    assert len(wang.texts()) == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_instant_while_work_is_queued(
    desk: MortalDesk, telegram: FakeTelegram, sqlite_store: Store, seed: int
) -> None:
    dice = Random(seed)
    people = [TelegramPerson(telegram, f"住户{number}") for number in range(PEOPLE)]
    said: Counter[str] = Counter()
    pause = Event()
    for kill in range(KILLS):
        for number, person in enumerate(people):
            for line in range(3):
                text = f"住户{number}第{kill}轮第{line}句"
                person.says(text)
                said[text] += 1
        pause.wait(dice.uniform(0.3, 2.0))
        desk.kill()
        desk.start()
    until(telegram, lambda: telegram.world.unconfirmed() == 0 and not rows(sqlite_store, UpdateState.NEW))

    def all_ended() -> bool:
        with sqlite_store.read() as session:
            open_rows = session.scalar(
                select(func.count()).where(OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING)))
            )
            unhandled = session.scalar(
                select(func.count()).where(Message.sender == Sender.RESIDENT, Message.handled_at.is_(None))
            )
        return open_rows == 0 and unhandled == 0

    until(telegram, all_ended)
    with sqlite_store.read() as session:
        heard = Counter(session.scalars(select(Message.text).where(Message.sender == Sender.RESIDENT)))
        states = Counter(session.scalars(select(OutboxRow.state)))
    assert heard == said
    answers = "\n".join(text for person in people for text in person.texts())
    assert {text: answers.count(text) for text in said if answers.count(text) > 1} == {}
    missing = [text for text in said if text not in answers]
    assert set(states) <= {Delivery.SENT, Delivery.UNKNOWN}
    assert not missing or states[Delivery.UNKNOWN]
