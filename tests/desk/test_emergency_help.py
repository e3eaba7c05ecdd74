"""People who are called, come and end it: the chain, what the resident is told by then, the closing."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.emergencies import help as help_
from bot.desk.emergencies.help import AfterwardsMissing, IllegalAlarmMove
from bot.store.emergency_tables import Alarm, AlarmState
from bot.store.engine import Store
from bot.store.states import CaseStatus
from bot.store.tables import Case, Notice
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.cries import Cries, only_alarm
from tests.support.emergencies import telling
from tests.support.estates import sample_estate, sample_words

turn_clock = partial(tick, estate=sample_estate(), words=sample_words(), desk="one")
AFTERWARDS = {"cause": "门机故障", "damage": "无", "insurance": "已说明", "prevention": "更换门机"}


@pytest.fixture
def cries(store: Store, cast: Cast, clock: HandClock) -> Cries:
    return Cries(store, clock)


# --- paging -----------------------------------------------------------------------------------------


def test_the_chain_goes_on_until_somebody_answers(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "着火了")
    for _ in range(6):
        cries.clock.turn(minutes=1)
        turn_clock(store, now=cries.clock)
    roles = [(role, round_) for role, _, round_ in cries.pages()]
    assert roles == [
        ("值班员", 1), ("值班员", 2), ("秩序维护部负责人", 1), ("秩序维护部负责人", 2),
        ("项目经理", 1), ("项目经理", 2), ("项目经理", 3),
    ]  # fmt: skip


def test_the_one_on_duty_now_is_called(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "着火了")
    with store.read() as session:
        from bot.desk.paging import pages_of

        assert [page.name for page in pages_of(session, only_alarm(session).id)] == ["周强"]
    cries.clock.turn(hours=12)
    cries.hears(cast.stranger, "7栋着火了")
    with store.read() as session:
        second = session.scalars(select(Alarm).order_by(Alarm.id.desc())).first()
        assert second is not None
        assert pages_of(session, second.id)[0].name == "马超"


def test_told_and_taken_are_said_only_when_they_are_true(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "电梯困人了")
    cries.hears(cast.zhou, "3栋2单元电梯困人了，有孩子在哭")
    assert "utter_emergency_notified" not in cries.told(cast.wang)
    with store.write() as session:
        alarm_id = only_alarm(session).id
        assert help_.shown_on_desk(session, alarm_id, telling=telling(), now=cries.clock())
        assert not help_.shown_on_desk(session, alarm_id, telling=telling(), now=cries.clock())
    for person in (cast.wang, cast.zhou):
        assert cries.told(person)[-1] == "utter_emergency_notified"
    with store.write() as session:
        help_.acknowledge(session, alarm_id, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
    for person in (cast.wang, cast.zhou):
        assert cries.told(person)[-1] == "utter_emergency_acknowledged"
        assert "小李" in cries.last_words(person)
    before = len(cries.pages())
    cries.clock.turn(minutes=10)
    turn_clock(store, now=cries.clock)
    assert len(cries.pages()) == before


def test_who_is_second_hears_that_somebody_has_it(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "着火了")
    with store.write() as session:
        help_.acknowledge(session, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
    with store.write() as session, pytest.raises(IllegalAlarmMove):
        help_.acknowledge(session, 1, agent_id=cast.chen.agent_id, telling=telling(), now=cries.clock())


# --- afterwards -------------------------------------------------------------------------------------


def test_from_the_first_word_to_the_end_the_case_keeps_the_minutes(
    cries: Cries, cast: Cast, store: Store
) -> None:
    cries.hears(cast.wang, "电梯困人了")
    steps = (
        lambda s: help_.shown_on_desk(s, 1, telling=telling(), now=cries.clock()),
        lambda s: help_.acknowledge(s, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock()),
        lambda s: help_.arrive(s, 1, by=cast.li.by, telling=telling(), now=cries.clock()),
        lambda s: help_.end(s, 1, by=cast.li.by, telling=telling(), now=cries.clock()),
        lambda s: help_.close(s, 1, afterwards=AFTERWARDS, by=cast.li.by, now=cries.clock()),
    )
    for step in steps:
        cries.clock.turn(minutes=1)
        with store.write() as session:
            step(session)
    kinds = [kind for kind in cries.record() if kind.startswith("emergency_")]
    assert kinds == [
        "emergency_paged", "emergency_instructed", "emergency_page_sent", "emergency_acknowledged",
        "emergency_arrived", "emergency_over", "emergency_cause", "emergency_damage",
        "emergency_insurance", "emergency_prevention",
    ]  # fmt: skip
    assert "您和家人现在怎么样" in cries.last_words(cast.wang)
    with store.read() as session:
        assert session.scalars(select(Case.status)).one() is CaseStatus.CLOSED


def test_how_she_is_reaches_the_person_in_charge_and_not_the_assistant(
    cries: Cries, cast: Cast, store: Store
) -> None:
    cries.hears(cast.wang, "电梯困人了")
    with store.write() as session:
        help_.acknowledge(session, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
        help_.end(session, 1, by=cast.li.by, telling=telling(), now=cries.clock())
    assert not cries.hears(cast.wang, "物业费什么时候交").concerns
    cries.clock.turn(minutes=3)
    assert cries.hears(cast.wang, "我们没事，孩子吓到了").concerns
    assert cries.told(cast.wang)[-1] == "utter_emergency_aftermath"
    with store.read() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == "emergency_aftermath")).one()
        assert notice.agent_id == cast.li.agent_id
    assert not cries.hears(cast.wang, "谢谢").concerns


def test_who_asks_at_once_how_far_help_is_gets_a_true_word(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "电梯困人了，我在里面")
    cries.hears(cast.wang, "8楼和9楼之间")
    cries.hears(cast.wang, "什么时候来人")
    assert cries.told(cast.wang)[-2:] == ["utter_emergency_noted", "utter_emergency_calling"]


def test_who_cries_again_is_not_left_without_a_word(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "我家着火了")
    cries.hears(cast.wang, "着火了快来")
    cries.clock.turn(seconds=30)
    cries.hears(cast.wang, "着火了快来啊")
    assert cries.told(cast.wang)[-2:] == ["utter_emergency_noted", "utter_emergency_calling"]


def test_a_neighbours_own_home_is_not_the_place_of_the_first_cry(
    cries: Cries, cast: Cast, store: Store
) -> None:
    cries.hears(cast.wang, "3栋2单元电梯停了我和孩子在里面出不来")
    cries.hears(cast.zhou, "2单元电梯里有人在喊救命")
    with store.read() as session:
        assert session.scalars(select(Case.place)).one() == "3栋2单元"


def test_closing_asks_for_each_of_the_four(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "电梯困人了")
    with store.write() as session:
        help_.acknowledge(session, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
        help_.end(session, 1, by=cast.li.by, telling=telling(), now=cries.clock())
        with pytest.raises(AfterwardsMissing) as raised:
            help_.close(session, 1, afterwards={"cause": "门机"}, by=cast.li.by, now=cries.clock())
    assert raised.value.fields == ("damage", "insurance", "prevention")


def test_many_false_cries_are_asked_about_first_and_shown_but_never_ignored(
    cries: Cries, cast: Cast, store: Store
) -> None:
    for _ in range(2):
        cries.hears(cast.stranger, "着火了")
        with store.write() as session:
            alarm = session.scalars(select(Alarm).order_by(Alarm.id.desc())).first()
            assert alarm is not None
            help_.acknowledge(
                session, alarm.id, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock()
            )
            help_.call_false(session, alarm.id, by=cast.li.by, now=cries.clock())
        cries.clock.turn(minutes=15)
    cries.hears(cast.stranger, "着火了")
    assert cries.told(cast.stranger)[-1] == "utter_emergency_doubt"
    cries.clock.turn(minutes=1)
    turn_clock(store, now=cries.clock)
    newest = cries.alarms()[-1]
    assert (newest.state, newest.repeated_false) == (AlarmState.RAISED, 2)
