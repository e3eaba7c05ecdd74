"""Killed at any instant and started again: nothing is lost, nothing answered twice, no case doubled.

GUANJIA_KILLS says how often (20); GUANJIA_KILLS_SEED repeats a run.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.engine import Store
from bot.store.states import CaseKind, Delivery, Mode, Sender, TurnState
from bot.store.tables import Case, Conversation, Message, OutboxRow, Turn
from tests.kills.installation import Installation
from tests.kills.residents import NOT_ANSWERS, Resident

KILLS = int(os.environ.get("GUANJIA_KILLS", "20"))
SEED = int(os.environ.get("GUANJIA_KILLS_SEED", str(Random().randrange(10**6))))
RESIDENTS = 10


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    here = Installation.started(tmp_path_factory.mktemp("kills"))
    yield here
    here.stop()


async def _kill_while_they_write(here: Installation, dice: Random) -> tuple[list[Resident], Counter[str]]:
    residents = [Resident(number) for number in range(RESIDENTS)]
    go_on = asyncio.Event()
    go_on.set()
    killed: Counter[str] = Counter()
    async with asyncio.TaskGroup() as living:
        for resident in residents:
            living.create_task(resident.live(here.url, here.settings.operator_token, go_on))
        while killed.total() < KILLS:
            # The instant is the dice's: soon after the last recovery, or in the middle of steady work.
            await asyncio.sleep(dice.uniform(0.05, 2.5))
            if name := here.kill_one(dice):
                killed[name] += 1
                if dice.random() < 0.7:  # else the next kill may hit a start that is not finished
                    await asyncio.to_thread(here.wait_until_whole)
        await asyncio.to_thread(here.wait_until_whole)
        go_on.clear()
    return residents, killed


def _duplicates(values: list[str]) -> dict[str, int]:
    return {value: count for value, count in Counter(values).items() if count > 1}


@pytest.fixture(scope="module")
def aftermath(installation: Installation) -> tuple[list[Resident], Store]:
    print(f"seed {SEED}")
    residents, killed = asyncio.run(_kill_while_they_write(installation, Random(SEED)))
    installation.wait_until_all_is_out()
    print(f"killed: {dict(killed)}; messages: {sum(r.sent for r in residents)}")
    assert killed.total() >= KILLS
    return residents, Store.at(installation.settings.database_url)


def _messages(session: Session, sender: Sender) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.sender == sender)))


def test_every_message_of_a_resident_is_kept_and_handled(aftermath: tuple[list[Resident], Store]) -> None:
    residents, store = aftermath
    with store.read() as session:
        inbound = _messages(session, Sender.RESIDENT)
        assert len(inbound) == sum(resident.sent for resident in residents)
        assert [message.seq for message in inbound if message.handled_at is None] == []


def test_every_turn_is_answered_once(aftermath: tuple[list[Resident], Store]) -> None:
    _, store = aftermath
    with store.read() as session:
        turns = list(session.scalars(select(Turn)))
        assert {turn.state for turn in turns} == {TurnState.DONE}
        answers: Counter[int] = Counter()
        for message in _messages(session, Sender.BOT):
            if message.reply_key not in NOT_ANSWERS and message.turn_id is not None:
                answers[message.turn_id] += 1
        assert {turn.id: answers[turn.id] for turn in turns if answers[turn.id] != 1} == {}


def test_no_resident_read_a_message_twice(aftermath: tuple[list[Resident], Store]) -> None:
    residents, store = aftermath
    for resident in residents:
        assert _duplicates([str(message["id"]) for message in resident.seen]) == {}
    with store.read() as session:
        states = set(session.scalars(select(OutboxRow.state)))
    assert states == {Delivery.SENT}


def test_every_confirmed_report_is_one_case_and_no_form_forgot_it(
    aftermath: tuple[list[Resident], Store],
) -> None:
    residents, store = aftermath
    with store.read() as session:
        cases = list(session.scalars(select(Case).where(Case.kind == CaseKind.REPAIR)))
    assert len(cases) == sum(resident.confirmed for resident in residents)
    assert _duplicates([case.number for case in cases]) == {}


def test_nobody_was_handed_to_a_person_for_it(aftermath: tuple[list[Resident], Store]) -> None:
    _, store = aftermath
    with store.read() as session:
        assert set(session.scalars(select(Conversation.mode))) == {Mode.BOT}
