"""Neighbours in one emergency: five cries make one case, and a person tells the others by one action."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.desk.emergencies.neighbours import NobodyToTell, affected, tell_neighbours
from bot.desk.talk.conversations import open_conversation
from bot.store.emergency_tables import Alarm, AlarmState
from bot.store.engine import Store
from bot.store.states import CaseStatus
from bot.store.tables import Case
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock
from tests.support.cries import Cries, only_alarm
from tests.support.emergencies import telling


@pytest.fixture
def cries(store: Store, cast: Cast, clock: HandClock) -> Cries:
    return Cries(store, clock)


# --- one place, one kind ----------------------------------------------------------------------------


def test_five_neighbours_who_cry_about_the_same_are_five_voices_of_one_alarm(
    cries: Cries, cast: Cast, store: Store
) -> None:
    others = [_stranger(store, name, cries) for name in ("租客", "老奶奶")]
    neighbours = [cast.wang, cast.zhou, cast.stranger, *others]
    said = [
        "楼道里全是烟，着火了",
        "着火了",
        "3栋2单元着火了",
        "3栋2單元火燭呀快啲嚟",
        "三栋二单元起火咯",
    ]
    for person, text in zip(neighbours, said, strict=True):
        cries.hears(person, text)
    (alarm,) = cries.alarms()
    with store.read() as session:
        assert len(session.get_one(Alarm, alarm.id).voices) == 5
        assert len(session.scalars(select(Case)).all()) == 1
    for person in neighbours:
        assert cries.told(person)[0] == "utter_emergency_help"


def _stranger(store: Store, name: str, cries: Cries) -> Person:
    """Somebody who never said who she is."""
    with store.write() as session:
        chat = open_conversation(
            session, channel="webchat", address=f"visitor-{name}", name=name, now=cries.at()
        )
        return Person(chat.resident_id, chat.id, None)


def test_another_building_or_another_kind_is_another_alarm(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "着火了")
    cries.hears(cast.stranger, "7栋1单元着火了")
    cries.hears(cast.zhou, "电梯困人了，里面有老人")
    assert sorted(alarm.kind for alarm in cries.alarms()) == ["entrapment", "fire", "fire"]


def test_a_place_named_later_may_show_that_it_is_the_same(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "电梯困人了")
    cries.hears(cast.stranger, "我被困在电梯里了")
    assert len(cries.alarms()) == 2
    cries.hears(cast.stranger, "3栋2单元，5楼，就我一个人")
    first, second = cries.alarms()
    assert (first.state, second.state) == (AlarmState.RAISED, AlarmState.MERGED)
    with cries.store.read() as session:
        assert session.get_one(Case, second.case_id).status is CaseStatus.WITHDRAWN
        assert {one.conversation_id for one in session.get_one(Alarm, first.id).voices} == {
            cast.wang.conversation_id,
            cast.stranger.conversation_id,
        }


def test_two_neighbours_at_the_same_instant_make_one_alarm(cries: Cries, cast: Cast) -> None:
    ready = threading.Barrier(2)

    def cry(person: object) -> None:
        ready.wait()
        Cries(cries.store, cries.clock, count=100 if person is cast.wang else 200).hears(
            person,  # type: ignore[arg-type]
            "着火了",
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cry, (cast.wang, cast.zhou)))
    assert len(cries.alarms()) == 1


# --- neighbours -------------------------------------------------------------------------------------


def test_neighbours_are_told_once_by_a_person_and_nobody_else(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "我家着火了")
    with store.read() as session:
        found = affected(session, only_alarm(session), "building")
        assert (found.conversations, found.homes) == ((cast.zhou.conversation_id,), 2)
    assert cries.told(cast.zhou) == []
    with store.write() as session:
        tell_neighbours(session, 1, scope="building", by=cast.li.by, telling=telling(), now=cries.clock())
    assert cries.told(cast.zhou) == ["utter_emergency_neighbours"]
    assert "1201" not in cries.last_words(cast.zhou)
    assert cries.told(cast.stranger) == []


def test_the_riser_is_the_same_place_on_each_floor(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "我家水管爆了")
    with store.read() as session:
        alarm = only_alarm(session)
        assert affected(session, alarm, "riser").conversations == (cast.zhou.conversation_id,)


def test_without_a_place_there_is_nobody_to_tell(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.stranger, "着火了")
    with store.write() as session, pytest.raises(NobodyToTell):
        tell_neighbours(session, 1, scope="building", by=cast.li.by, telling=telling(), now=cries.clock())
