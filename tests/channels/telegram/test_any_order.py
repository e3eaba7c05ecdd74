"""Property: any order of updates, duplicates and edits gives each message once and loses no wording."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.messaging.attachments import AttachmentStore
from bot.messaging.channels.telegram.api import TelegramApi
from bot.messaging.channels.telegram.channel import LIMITS
from bot.messaging.channels.telegram.hearing import Hearing
from bot.messaging.channels.telegram.intake import Intake, Reading
from bot.messaging.channels.telegram.updates import keep_updates
from bot.messaging.live import Hub
from bot.messaging.voice import Voice
from bot.messaging.work import StoreWork
from bot.store.channel_tables import MessageVersion, TelegramUpdate, UpdateState
from bot.store.engine import Store
from bot.store.states import Sender
from bot.store.tables import Message
from tests.doubles.telegram.people import TelegramPerson
from tests.doubles.telegram.server import TOKEN, FakeTelegram
from tests.support.clock import MORNING, HandClock
from tests.support.estates import sample_estate, sample_words
from tests.support.examples import times

BOT = int(TOKEN.split(":")[0])


@dataclass(frozen=True)
class Plan:
    """What two people do, and how the updates of it arrive."""

    acts: list[tuple[int, str]]
    """(person, "new", "edit" or "reply" to her first message)."""
    seed: int
    shuffled: bool


PLANS = st.builds(
    Plan,
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(["new", "new", "edit", "reply"])),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 10_000),
    st.booleans(),
)


def played(plan: Plan) -> tuple[list[dict[str, Any]], dict[tuple[int, int], list[str]]]:
    """The updates of a plan, and every wording of each message in the order it was written."""
    telegram = FakeTelegram()
    telegram.world.clock = MORNING.timestamp
    people = [TelegramPerson(telegram, name, number) for number, name in ((11, "王阿姨"), (12, "老周"))]
    wordings: dict[tuple[int, int], list[str]] = {}
    for number, (who, act) in enumerate(plan.acts):
        person, text = people[who], f"第{number}句"
        own = [key for key in wordings if key[0] == person.id]
        if act != "edit" or not own:
            answered = own[0][1] if act == "reply" and own else None
            wordings[person.id, person.says(text, reply_to=answered)] = [text]
        else:
            person.edits(own[-1][1], text)
            wordings[own[-1]].append(text)
    return [json.loads(json.dumps(one.body)) for one in telegram.world.pending], wordings


@contextmanager
def a_store(migrated: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guanjia.db"
        shutil.copy(migrated, path)
        store = Store.at(f"sqlite:///{path}")
        try:
            yield store
        finally:
            store.close()


async def taken_in(store: Store, updates: list[dict[str, Any]], dice: Random, clock: HandClock) -> None:
    """Store them in batches of any size and let the intake read them, as it does in a desk."""
    work = StoreWork(store)
    voice = Voice(sample_words(), sample_estate(), {"telegram": LIMITS})
    api = TelegramApi(TOKEN, root="http://127.0.0.1:9")
    intake = Intake(
        work=work,
        hub=Hub(desk_id="desk-1"),
        api=api,
        hearing=Hearing(voice, BOT),
        attachments=AttachmentStore(Path("unused")),
        now=clock,
        reading=Reading(look_every=0.01, album_quiet=0.0, pause=0.0),
    )
    running = asyncio.create_task(intake.run())
    rest = list(updates)
    while rest:
        size = dice.randint(1, len(rest))
        batch, rest = rest[:size], rest[size:]
        await work.write(partial(keep_updates, bot_id=BOT, batch=batch, now=clock()))
        async with asyncio.timeout(20):
            while await work.read(_waiting):  # noqa: ASYNC110 - the store has no event to wait for
                await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await api.close()


def _waiting(session: Any) -> int:
    return int(session.scalar(select(func.count()).where(TelegramUpdate.state == UpdateState.NEW)) or 0)


@pytest.fixture(scope="module")
def migrated(_migrated_sqlite: Path) -> Path:
    return _migrated_sqlite


@given(plan=PLANS)
@settings(max_examples=times(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_message_is_there_once_and_no_wording_is_lost(plan: Plan, migrated: Path) -> None:
    dice = Random(plan.seed)
    updates, wordings = played(plan)
    arriving = updates + dice.choices(updates, k=dice.randint(0, 5))
    if plan.shuffled:
        dice.shuffle(arriving)
    with a_store(migrated) as store:
        asyncio.run(taken_in(store, arriving, dice, HandClock()))
        with store.read() as session:
            heard = session.scalars(select(Message).where(Message.sender == Sender.RESIDENT)).all()
            older = session.scalars(select(MessageVersion.text)).all()
            assert len(heard) == len(wordings)
            known = {message.text for message in heard} | set(older)
            assert known == {one for all_ in wordings.values() for one in all_}
            if not plan.shuffled:
                assert {message.text for message in heard} == {all_[-1] for all_ in wordings.values()}
