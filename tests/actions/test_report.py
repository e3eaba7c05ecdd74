"""Complaint, fee, suggestion, question: her own words, one confirmation, a number and a promise."""

import pytest
from sqlalchemy import select

from actions.report import FORM, begin, go_on, open_confirmed
from actions.status import tell_status
from bot.store.states import CaseKind
from bot.store.tables import Case
from tests.actions.conftest import Dialogue, keys

NOISE = "楼上每天晚上十点以后还在装修，吵得睡不着"


@pytest.mark.parametrize("kind", ["complaint", "fee", "suggestion", "inquiry"])
def test_her_own_words_become_the_case(wang: Dialogue, kind: str) -> None:
    wang.hears(lambda call, heard: begin(heard), NOISE, kind, category="noise")
    wang.form = FORM
    assert wang.hears(go_on, "好的", "affirm", asked="report_confirmed").closes
    outcome = wang.hears(open_confirmed, "好的", "affirm")
    assert keys(outcome) == ["utter_report_opened", "utter_report_follow"]
    with wang.store.read() as session:
        case = session.scalars(select(Case)).one()
    assert (case.kind, case.category, case.summary) == (CaseKind(kind), "noise", NOISE)
    assert outcome.replies[0].slots["promised"] == "respond"
    titles = [one.slots["title"] for one in wang.hears(tell_status, "查进度", "status").replies]
    assert titles == ["噪音扰民" if kind == "complaint" else f"{NOISE[:15]}…"]


def test_a_bare_wish_to_complain_is_asked_for_the_matter(wang: Dialogue) -> None:
    filled = wang.hears(lambda call, heard: begin(heard), "我要投诉", "complaint").slots
    assert filled["report_text"] is None


def test_what_she_adds_is_added(wang: Dialogue) -> None:
    wang.hears(lambda call, heard: begin(heard), NOISE, "complaint")
    wang.form = FORM
    outcome = wang.hears(go_on, "希望你们马上制止", "complaint", asked="report_confirmed")
    assert keys(outcome) == ["utter_report_noted"]
    assert wang.slots["report_text"] == f"{NOISE}；希望你们马上制止"


@pytest.mark.parametrize("intent", ["deny", "cancel"])
def test_a_no_opens_nothing(wang: Dialogue, intent: str) -> None:
    wang.hears(lambda call, heard: begin(heard), NOISE, "complaint")
    wang.form = FORM
    outcome = wang.hears(go_on, "不用了", intent, asked="report_confirmed")
    assert keys(outcome) == ["utter_report_cancelled"]
    assert (outcome.closes, outcome.slots["report_confirmed"]) == (True, False)


def test_a_change_of_subject_is_answered_and_she_is_brought_back(wang: Dialogue) -> None:
    wang.hears(lambda call, heard: begin(heard), NOISE, "complaint")
    wang.form = FORM
    outcome = wang.hears(go_on, "我的报修", "status", asked="report_confirmed")
    assert keys(outcome) == ["utter_status_none", "utter_back_to_report"]


def test_another_matter_is_kept_for_later_and_not_mixed_in(wang: Dialogue) -> None:
    wang.hears(lambda call, heard: begin(heard), "物业费怎么收的", "fee")
    wang.form = FORM
    outcome = wang.hears(go_on, NOISE, "complaint", category="noise", asked="report_confirmed")
    assert keys(outcome) == ["utter_matter_noted", "utter_back_to_report"]
    assert (wang.slots["report_text"], len(wang.slots["next_matters"])) == ("物业费怎么收的", 1)


def test_what_she_wishes_for_belongs_to_the_matter_whatever_it_looks_like(wang: Dialogue) -> None:
    wang.hears(lambda call, heard: begin(heard), NOISE, "complaint")
    wang.form = FORM
    outcome = wang.hears(go_on, "希望加强巡逻", "suggestion", asked="report_confirmed")
    assert keys(outcome) == ["utter_report_noted"]


def test_no_more_is_promised_than_is_kept(wang: Dialogue) -> None:
    wang.hears(lambda call, heard: begin(heard), "物业费怎么收的", "fee")
    wang.form = FORM
    said = [
        keys(wang.hears(go_on, f"{number}楼装修太吵", "complaint", asked="report_confirmed"))[0]
        for number in range(4)
    ]
    assert said == ["utter_matter_noted"] * 3 + ["utter_matters_full"]
