"""Status, urging, taking back: what is hers, what is promised, and nothing of anybody else's."""

from typing import Any

import pytest
from sqlalchemy import select

from actions.repair.form import open_confirmed
from actions.status import tell_status
from actions.urge import urge
from actions.withdraw import FORM, find_case_to_withdraw, go_on, withdraw_confirmed
from bot.desk.casework.cases import resolve_case
from bot.store.emergency_tables import Alarm, AlarmState
from bot.store.states import CaseStatus
from bot.store.tables import Case, CaseEvent
from tests.actions.conftest import Dialogue, keys
from tests.support.cries import Cries

LEAK = {
    "what": "厨房水管漏水",
    "category": "leak",
    "place": "3栋2单元1201",
    "home": "3-2-1201",
    "since": "昨晚",
}


def opens(dialogue: Dialogue, **slots: Any) -> str:
    """She has a repair opened; returns its number."""
    dialogue.slots = {**LEAK, **slots}
    outcome = dialogue.hears(open_confirmed, "确认", "affirm")
    dialogue.slots = {}
    return str(outcome.replies[0].slots["number"])


def status_of(dialogue: Dialogue, number: str) -> CaseStatus:
    with dialogue.store.read() as session:
        return session.scalars(select(Case.status).where(Case.number == number)).one()


def test_the_only_open_case_is_told_with_its_promise(wang: Dialogue) -> None:
    number = opens(wang)
    outcome = wang.hears(tell_status, "我的报修怎么样了", "status")
    (told,) = outcome.replies
    assert (told.key, told.slots["number"], told.slots["promise"]) == ("utter_status_one", number, "open")


def test_several_cases_are_told_one_by_one(wang: Dialogue) -> None:
    opens(wang)
    opens(wang, what="单元门打不开", category="door", home=None)
    outcome = wang.hears(tell_status, "我的报修", "status")
    assert keys(outcome) == ["utter_status_many", "utter_status_one", "utter_status_one"]


def test_a_case_of_her_home_that_a_family_member_opened_is_hers(wang: Dialogue, stranger: Dialogue) -> None:
    number = opens(stranger)
    outcome = wang.hears(tell_status, f"{number}到哪一步了", "status")
    assert keys(outcome) == ["utter_status_one"]


def test_not_yours_looks_like_not_there(wang: Dialogue, stranger: Dialogue) -> None:
    number = opens(wang)
    not_hers = stranger.hears(tell_status, f"查一下{number}", "status")
    not_there = stranger.hears(tell_status, "查一下BX2026-9999", "status")
    assert keys(not_hers) == keys(not_there) == ["utter_status_not_found"]
    assert not_hers.replies[0].slots == {"number": number}


def test_nothing_open_is_said_as_it_is(stranger: Dialogue) -> None:
    assert keys(stranger.hears(tell_status, "我的报修", "status")) == ["utter_status_none"]


def test_what_is_done_is_told_as_done(wang: Dialogue) -> None:
    number = opens(wang)
    wang.does(
        lambda call: resolve_case(
            call.session,
            call.session.scalars(select(Case).where(Case.number == number)).one(),
            result="换了水管",
            by="agent:1",
            now=call.now,
        )
    )
    (told,) = wang.hears(tell_status, "我的报修", "status").replies
    assert (told.slots["status"], told.slots["promise"]) == ("resolved", "none")


def test_a_promise_that_was_not_kept_is_called_late(wang: Dialogue) -> None:
    opens(wang)
    wang.clock.turn(days=2)
    outcome = wang.hears(tell_status, "我的报修", "status")
    assert outcome.replies[0].slots["promise"] == "late"
    assert keys(outcome)[-1] == "utter_status_late_next"


def test_urging_is_an_event_on_the_case(wang: Dialogue) -> None:
    number = opens(wang)
    outcome = wang.hears(urge, "能不能快点", "urge")
    assert keys(outcome) == ["utter_urged"]
    assert outcome.replies[0].slots["number"] == number
    with wang.store.read() as session:
        events = session.scalars(select(CaseEvent).where(CaseEvent.kind == "urged")).all()
    assert [event.note for event in events] == ["能不能快点"]


def test_a_turn_played_again_urges_once(wang: Dialogue) -> None:
    opens(wang)
    assert wang.hears(urge, "快点", "urge") == wang.again(urge, "快点", "urge")
    with wang.store.read() as session:
        assert len(session.scalars(select(CaseEvent).where(CaseEvent.kind == "urged")).all()) == 1


def test_of_several_cases_she_is_asked_which_to_urge(wang: Dialogue) -> None:
    opens(wang)
    number = opens(wang, what="单元门打不开", category="door", home=None)
    asked = wang.hears(urge, "催一下", "urge")
    assert keys(asked) == ["utter_urge_which"]
    assert f'/urge{{"case_number": "{number}"}}' in [
        one["payload"] for one in asked.replies[0].slots["options"]
    ]
    urged = wang.hears(urge, "", "urge", choices={"case_number": number})
    assert urged.replies[0].slots["number"] == number


def test_a_stranger_cannot_urge_her_case(wang: Dialogue, stranger: Dialogue) -> None:
    number = opens(wang)
    assert keys(stranger.hears(urge, f"催{number}", "urge")) == ["utter_status_not_found"]


def test_what_is_done_is_not_urged(wang: Dialogue) -> None:
    number = opens(wang)
    wang.does(
        lambda call: resolve_case(
            call.session,
            call.session.scalars(select(Case).where(Case.number == number)).one(),
            result="换了水管",
            by="agent:1",
            now=call.now,
        )
    )
    assert keys(wang.hears(urge, f"催{number}", "urge")) == ["utter_urge_finished"]


def test_the_only_case_is_taken_back_after_her_yes(wang: Dialogue) -> None:
    number = opens(wang)
    assert wang.hears(find_case_to_withdraw, "撤销报修", "cancel").slots["withdraw_number"] == number
    wang.form = FORM
    assert wang.hears(go_on, "确定", "affirm", asked="withdraw_confirmed").closes
    done = wang.hears(withdraw_confirmed, "确定", "affirm")
    assert keys(done) == ["utter_withdrawn"]
    assert status_of(wang, number) is CaseStatus.WITHDRAWN


@pytest.mark.parametrize(("text", "intent"), [("先不撤销", "deny"), ("不了", "deny")])
def test_a_no_keeps_the_case(wang: Dialogue, text: str, intent: str) -> None:
    number = opens(wang)
    wang.hears(find_case_to_withdraw, "撤销报修", "cancel")
    wang.form = FORM
    outcome = wang.hears(go_on, text, intent, asked="withdraw_confirmed")
    assert keys(outcome) == ["utter_withdraw_kept"]
    assert outcome.slots["withdraw_confirmed"] is False
    assert status_of(wang, number) is CaseStatus.ACCEPTED


def test_there_may_be_nothing_to_take_back(stranger: Dialogue) -> None:
    outcome = stranger.hears(find_case_to_withdraw, "撤销报修", "cancel")
    assert (keys(outcome), outcome.closes) == (["utter_withdraw_nothing"], True)


def test_a_stranger_cannot_take_back_her_case(wang: Dialogue, stranger: Dialogue) -> None:
    number = opens(wang)
    outcome = stranger.hears(find_case_to_withdraw, f"撤销{number}", "cancel")
    assert (keys(outcome), outcome.closes) == (["utter_status_not_found"], True)


def test_an_emergency_she_takes_back_is_looked_at_by_a_person(wang: Dialogue) -> None:
    Cries(wang.store, wang.clock).hears(wang.person, "电梯困住了，里面两个孩子")
    assert wang.hears(find_case_to_withdraw, "不用来了，撤销", "cancel").slots["withdraw_number"]
    wang.form = FORM
    assert wang.hears(go_on, "确定", "affirm", asked="withdraw_confirmed").closes
    assert keys(wang.hears(withdraw_confirmed, "确定", "affirm")) == ["utter_emergency_taken_back"]
    with wang.store.read() as session:
        assert session.scalars(select(Alarm.state)).one() is AlarmState.OVER
        assert session.scalars(select(Case.status)).one() is CaseStatus.RESOLVED
