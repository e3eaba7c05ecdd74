"""A cry for help at intake: instructions at once, one alarm a place, doubts asked about, nobody forgotten."""

from functools import partial

import pytest
from sqlalchemy import select

from bot.clock.clock import tick
from bot.desk.emergencies import help as help_
from bot.desk.talk.conversations import take_over
from bot.language.emergency.answers import read_answer
from bot.language.emergency.check import KINDS
from bot.store.emergency_tables import EmergencyQuestion, PageState
from bot.store.engine import Store
from bot.store.states import CaseKind, Urgency
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


# --- what helps those who come ----------------------------------------------------------------------


def test_the_answer_to_the_question_is_kept_on_the_case(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.stranger, "电梯困住了")
    cries.hears(cast.stranger, "5栋1单元，停在七楼，三个人，没人受伤")
    alarm = cries.alarms()[0]
    assert (alarm.building, alarm.unit) == ("5", "1")
    assert "emergency_detail" in cries.record()
    assert cries.last_words(cast.stranger).startswith("记下了")


def test_her_answer_to_those_who_come_is_not_taken_for_another_doubt(cries: Cries, cast: Cast) -> None:
    cries.hears(cast.wang, "电梯困人了")
    cries.hears(cast.wang, "在8楼和9楼之间，好像有股糊味")
    assert "utter_emergency_doubt" not in cries.told(cast.wang)
    assert "emergency_detail" in cries.record()


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
