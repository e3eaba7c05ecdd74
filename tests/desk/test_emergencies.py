"""A cry for help at intake: instructions at once, one alarm a place, doubts asked about, nobody forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.emergencies import help as help_
from bot.desk.emergencies.help import AfterwardsMissing, IllegalAlarmMove
from bot.desk.emergencies.neighbours import NobodyToTell, affected, tell_neighbours
from bot.desk.talk.conversations import take_over
from bot.language.emergency import KINDS
from bot.language.emergency_answers import read_answer
from bot.store.emergency_tables import Alarm, AlarmState, EmergencyQuestion, PageState
from bot.store.engine import Store
from bot.store.states import CaseKind, CaseStatus, Urgency
from bot.store.tables import Case, Message, Notice
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


# --- a certain cry ----------------------------------------------------------------------------------


def test_instructions_and_one_question_are_written_with_the_message(cries: Cries, cast: Cast) -> None:
    heard = cries.hears(cast.wang, "电梯困住了，里面还有个孩子")
    assert heard.kind == "entrapment"
    assert cries.told(cast.wang) == ["utter_emergency_help", "utter_emergency_detail"]


def test_the_instructions_forbid_what_is_dangerous_and_name_the_numbers(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "厨房有煤气味")
    with cries.store.read() as session:
        said = session.scalars(select(Message.text).where(Message.reply_key == "utter_emergency_help")).one()
    for words in ("不要开关任何电器", "不要在屋里打电话", "0571-85550122", "119", "0571-85550110"):
        assert words in said


def test_an_emergency_case_is_opened_for_the_person_in_charge(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "我家着火了")
    with cries.store.read() as session:
        case = session.scalars(select(Case)).one()
        assert (case.kind, case.category, case.urgency) == (CaseKind.EMERGENCY, "fire", Urgency.EMERGENCY)
        assert (case.number, case.person_in_charge, case.place) == ("YJ2026-0001", "刘志强", "3栋2单元1201")
        assert session.scalars(select(Notice.kind)).all() == ["emergency"]


def test_every_kind_has_its_own_instructions_question_and_neighbours_words(cries: Cries) -> None:
    words = sample_words()
    for key in ("utter_emergency_help", "utter_emergency_detail"):
        kinds = {c.value for one in words.responses[key] for c in one.conditions if c.name == "emergency"}
        assert kinds == set(KINDS), key
    assert set(KINDS) == set(words.labels["emergency"])


def test_it_does_not_matter_that_a_person_serves_the_chat(cries: Cries, cast: Cast) -> None:
    with cries.store.write() as session:
        take_over(session, cast.wang.conversation_id, agent_id=cast.li.agent_id, now=cries.clock())
    cries.hears(cast.wang, "有人触电了")
    assert cries.told(cast.wang)[0] == "utter_emergency_help"


def test_a_stranger_is_served_the_same(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.stranger, "救命，有人从楼上摔下来了，流了好多血")
    assert cries.told(cast.stranger)[0] == "utter_emergency_help"
    assert cries.alarms()[0].building is None


def test_a_message_that_comes_again_changes_nothing(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "着火了")
    cries.count -= 1
    assert cries.hears(cast.wang, "着火了").kind is None
    assert len(cries.told(cast.wang)) == 2


def test_a_second_cry_is_added_and_the_instructions_are_not_repeated(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "着火了")
    cries.clock.turn(seconds=20)
    cries.hears(cast.wang, "火越来越大了，快来人")
    assert cries.told(cast.wang)[2:] == ["utter_emergency_noted"]
    assert len(cries.alarms()) == 1


# --- one place, one kind ----------------------------------------------------------------------------


def test_neighbours_who_cry_about_the_same_are_voices_of_one_alarm(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "楼道里全是烟，着火了")
    cries.hears(cast.zhou, "着火了")
    cries.hears(cast.stranger, "3栋2单元着火了")
    (alarm,) = cries.alarms()
    with cries.store.read() as session:
        assert len(session.get_one(Alarm, alarm.id).voices) == 3
        assert len(session.scalars(select(Case)).all()) == 1
    for person in (cast.wang, cast.zhou, cast.stranger):
        assert cries.told(person)[0] == "utter_emergency_help"


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


# --- what helps those who come ----------------------------------------------------------------------


def test_the_answer_to_the_question_is_kept_on_the_case(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.stranger, "电梯困住了")
    cries.hears(cast.stranger, "5栋1单元，停在七楼，三个人，没人受伤")
    alarm = cries.alarms()[0]
    assert (alarm.building, alarm.unit) == ("5", "1")
    assert "emergency_detail" in cries.record()
    assert cries.last_words(cast.stranger).startswith("记下了")


def test_another_matter_is_left_to_the_assistant(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "水管爆了，喷得到处都是")
    assert cries.hears(cast.wang, "对了，物业费怎么交").kind is None


def test_how_far_help_is_is_answered_only_with_what_is_true(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "着火了")
    cries.hears(cast.wang, "什么时候来人")
    assert "utter_emergency_notified" not in cries.told(cast.wang)
    with cries.store.write() as session:
        help_.shown_on_desk(session, only_alarm(session).id, telling=telling(), now=cries.clock())
    assert cries.told(cast.wang)[-1] == "utter_emergency_notified"
    cries.clock.turn(minutes=2)
    cries.hears(cast.wang, "有人来吗")
    assert cries.told(cast.wang)[-1] == "utter_emergency_notified"


# --- doubts -----------------------------------------------------------------------------------------


def test_a_doubtful_cry_asks_one_question_with_buttons(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "楼道有股糊味")
    assert cries.told(cast.wang) == ["utter_emergency_doubt"]
    assert cries.alarms() == []


@pytest.mark.parametrize(
    ("text", "payload"),
    [("有，越来越浓", None), ("是", None), ("是", "/emergency_yes"), ("不知道啊", None), ("着火了！", None)],
)
def test_yes_and_what_is_not_clearly_no_raise_the_alarm(
    cries: Cries, cast: Cast, text: str, payload: str | None
) -> None:
    cries.hears(cast.wang, "楼道有股糊味")
    cries.hears(cast.wang, text, payload=payload)
    assert [alarm.kind for alarm in cries.alarms()] == ["fire"]
    assert cries.told(cast.wang)[1:3] == ["utter_emergency_help", "utter_emergency_detail"]


@pytest.mark.parametrize(
    ("text", "payload"), [("没有", None), ("不是，闻错了", None), ("没有", "/emergency_no")]
)
def test_no_raises_none(cries: Cries, cast: Cast, text: str, payload: str | None) -> None:
    cries.hears(cast.wang, "楼道有股糊味")
    cries.hears(cast.wang, text, payload=payload)
    assert cries.alarms() == []
    assert cries.told(cast.wang)[-1] == "utter_emergency_relieved"


def test_a_minute_without_an_answer_pages_a_person(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "电梯里好像有人在喊")
    cries.clock.turn(seconds=59)
    turn_clock(store, now=cries.clock)
    assert cries.alarms() == []
    cries.clock.turn(seconds=1)
    done = turn_clock(store, now=cries.clock)
    assert done.told == [cast.wang.conversation_id]
    (alarm,) = cries.alarms()
    assert (alarm.kind, alarm.confirmed) == ("entrapment", False)
    turn_clock(store, now=cries.clock)
    assert len(cries.alarms()) == 1


def test_words_of_answers_are_read() -> None:
    for text in ("是的", "有", "嗯", "还在", "有人", "救命", "越来越浓了", "系啊"):
        assert read_answer(text) == "yes", text
    for text in ("没有", "没", "不是", "没事了", "没有人", "已经找到了", "误会", "冇"):
        assert read_answer(text) == "no", text
    for text in ("我去看看", "？", "哪里"):
        assert read_answer(text) == "unclear", text


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


# --- a fault of ours --------------------------------------------------------------------------------


def test_a_fault_in_the_check_loses_no_message_and_shows_it(
    cries: Cries, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **named: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("bot.messaging.emergencies.hear", broken)
    cries.hears(cast.wang, "着火了")
    with store.read() as session:
        assert session.scalars(select(Message.text)).all() == ["着火了"]
        assert session.scalars(select(Notice.kind)).all() == ["emergency_fault"]
        assert session.scalars(select(EmergencyQuestion)).all() == []


def test_pages_are_cancelled_when_somebody_has_it(cries: Cries, cast: Cast, store: Store) -> None:
    cries.hears(cast.wang, "着火了")
    with store.write() as session:
        help_.acknowledge(session, 1, agent_id=cast.li.agent_id, telling=telling(), now=cries.clock())
    with store.read() as session:
        from bot.desk.paging import pages_of

        assert [page.state for page in pages_of(session, 1)] == [PageState.CANCELLED]
