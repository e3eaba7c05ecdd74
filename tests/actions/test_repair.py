"""The repair, turn by turn: what the handler fills, asks differently, corrects, keeps for later and opens."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from actions.heard import Matter
from actions.matters import NEXT_MATTER
from actions.next_matter import take_up
from actions.repair.form import FORM, begin, go_on, open_confirmed
from actions.room import Call
from bot.desk.people.residents import confirm_home
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Case, CaseEvent, Household, Residency
from tests.actions.conftest import Dialogue, keys

ALL = {
    "what": "厨房水管漏水",
    "category": "leak",
    "place": "3栋2单元1201",
    "home": "3-2-1201",
    "home_said": {"building": "3", "unit": "2", "room": "1201"},
    "since": "昨晚",
    "contact": "13812341234",
}
EVERYTHING = "厨房水管漏水，3栋2单元1201，昨晚开始的，电话13812341234"


def in_form(dialogue: Dialogue, **slots: Any) -> Dialogue:
    dialogue.form, dialogue.slots = FORM, {**ALL, **slots}
    return dialogue


def case_of(dialogue: Dialogue) -> Case:
    with dialogue.store.read() as session:
        return session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()


def test_everything_in_one_message_leaves_nothing_to_ask(stranger: Dialogue) -> None:
    filled = stranger.hears(begin, EVERYTHING, "repair", category="leak").slots
    assert {name: filled[name] for name in ("what", "place", "since", "contact")} == {
        "what": "厨房水管漏水",
        "place": "3栋2单元1201",
        "since": "昨晚开始",
        "contact": "13812341234",
    }


def test_a_bare_wish_for_a_repair_says_nothing_of_the_fault(stranger: Dialogue) -> None:
    filled = stranger.hears(begin, "你好，我要报修", "repair").slots
    assert filled["what"] is None
    assert not filled.get("place")


def test_a_proved_home_is_not_asked_again(wang: Dialogue) -> None:
    assert wang.hears(begin, "厨房水管漏水", "repair", category="leak").slots["home"] == "3-2-1201"


def test_a_lift_is_the_one_of_the_building_she_lives_in(wang: Dialogue) -> None:
    filled = wang.hears(begin, "电梯坏了", "repair", category="lift").slots
    assert (filled["place"], filled["home"]) == ("3栋2单元，电梯", None)


def test_a_strangers_lift_is_asked_for(stranger: Dialogue) -> None:
    assert not stranger.hears(begin, "电梯坏了", "repair", category="lift").slots.get("place")


def test_a_place_there_is_one_of_needs_no_building(stranger: Dialogue) -> None:
    filled = stranger.hears(begin, "地下车库B区的灯不亮", "repair", category="lighting").slots
    assert filled["place"] == "地下车库B区"


def test_a_light_inside_her_home_is_not_the_lights_of_the_stairs(stranger: Dialogue) -> None:
    stranger.hears(begin, "我家卧室灯不亮", "repair", category="lighting")
    stranger.form = FORM
    stranger.hears(go_on, "3栋2单元", "repair", asked="place")
    assert (stranger.slots.get("place"), stranger.slots["ask_how"]) == (None, "need_room")
    assert stranger.slots["what"] == "我家卧室灯不亮"


@pytest.mark.parametrize(("what", "payer"), [("我家卧室灯不亮", "own"), ("楼道灯不亮", "public")])
def test_nothing_inside_a_home_is_promised_to_cost_nothing(wang: Dialogue, what: str, payer: str) -> None:
    wang.slots = {**ALL, "what": what, "category": "lighting"}
    outcome = wang.hears(open_confirmed, "确认", "affirm")
    assert outcome.replies[1].slots == {"payer": payer}


def test_a_lift_she_calls_hers_is_still_the_lift_of_all(wang: Dialogue) -> None:
    filled = wang.hears(begin, "我家这边的电梯坏了", "repair", category="lift").slots
    assert (filled["category"], filled["place"]) == ("lift", "3栋2单元，电梯")


def test_the_unit_alone_is_asked_for_its_building(stranger: Dialogue) -> None:
    stranger.hears(begin, "2单元楼道灯坏了", "repair", category="lighting")
    assert stranger.slots["ask_how"] == "need_building"
    stranger.form = FORM
    stranger.hears(go_on, "3栋", "inquiry", asked="place")
    assert stranger.slots["place"] == "3栋2单元，公共照明"


@pytest.mark.parametrize(("text", "intent"), [("什么时候能修好啊", "repair"), ("你们能不能快点啊", "urge")])
def test_asking_when_is_answered_and_is_no_part_of_the_fault(wang: Dialogue, text: str, intent: str) -> None:
    dialogue = in_form(wang, since=None)
    outcome = dialogue.hears(go_on, text, intent, asked="since")
    assert keys(outcome) == ["utter_repair_soon", "utter_back_to_repair"]
    assert dialogue.slots["what"] == ALL["what"]


def test_a_correction_in_the_middle_of_a_sentence(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    dialogue.hears(go_on, "等一下，地址写错了，应该是1301", "deny", asked="repair_confirmed")
    assert (dialogue.slots["home"], dialogue.slots["what"]) == ("3-2-1301", ALL["what"])


@pytest.mark.parametrize(("text", "building"), [("3", "3"), ("三", "3"), ("03", "3")])
def test_the_building_alone_is_enough_when_it_was_asked_for(
    stranger: Dialogue, text: str, building: str
) -> None:
    stranger.hears(begin, "2单元楼道灯坏了", "repair", category="lighting")
    stranger.form = FORM
    stranger.hears(go_on, text, "thanks", asked="place")
    assert stranger.slots["place"] == f"{building}栋2单元，公共照明"


def test_the_parts_of_a_home_come_in_any_order(stranger: Dialogue) -> None:
    stranger.hears(begin, "家里突然没电了", "repair", category="power")
    stranger.form = FORM
    for text in ("1301", "2单元", "3"):
        stranger.hears(go_on, text, "repair", asked="place")
    assert stranger.slots["home"] == "3-2-1301"


def test_a_yes_to_the_second_question_for_a_phone_stays_here(wang: Dialogue) -> None:
    dialogue = in_form(wang, contact=None)
    dialogue.hears(go_on, "好的", "affirm", asked="contact")
    assert dialogue.slots["contact"] is None
    dialogue.hears(go_on, "行", "affirm", asked="contact")
    assert dialogue.slots["contact"] == "chat"


def test_the_same_question_again_and_again_ends_with_a_person(wang: Dialogue) -> None:
    dialogue = in_form(wang, place=None, home=None, home_said=None)
    for _ in range(2):
        assert keys(dialogue.hears(go_on, "好的", "affirm", asked="place")) == []
    assert keys(dialogue.hears(go_on, "好的", "affirm", asked="place")) == ["utter_handed_over"]


def test_when_it_happens_is_not_since_when(stranger: Dialogue) -> None:
    assert stranger.hears(begin, "路灯晚上不亮", "repair", category="lighting").slots["since"] is None


def test_a_time_said_late_is_taken(wang: Dialogue) -> None:
    dialogue = in_form(wang, contact=None)
    dialogue.hears(go_on, "半个月了吧", "urge", asked="contact")
    assert dialogue.slots["since"] == "半个月"


def test_how_the_place_was_asked_for_stays_while_she_tells_the_time(wang: Dialogue) -> None:
    said = {"building": "3", "unit": "2", "room": None}
    dialogue = in_form(wang, place=None, home=None, home_said=said, since=None, ask_how="need_room")
    dialogue.hears(go_on, "昨天夜里开始", "complaint", asked="place")
    assert (dialogue.slots["since"], dialogue.slots["ask_how"]) == ("昨天夜里开始", "need_room")


@pytest.mark.parametrize("text", ["来电了，不用修了", "已经好了"])
def test_what_mended_itself_is_given_up(wang: Dialogue, text: str) -> None:
    outcome = in_form(wang, contact=None).hears(go_on, text, "repair", asked="contact")
    assert keys(outcome) == ["utter_repair_cancelled"]


def test_a_correction_right_after_the_opening_goes_to_the_case(wang: Dialogue) -> None:
    wang.slots = dict(ALL)
    wang.hears(open_confirmed, "确认", "affirm")
    wang.slots = {}
    outcome = wang.hears(begin, "不对，应该是卫生间漏水", "repair", category="leak")
    assert (keys(outcome), outcome.closes) == (["utter_case_noted"], True)
    with wang.store.read() as session:
        notes = session.scalars(select(CaseEvent.note).where(CaseEvent.kind == "note")).all()
    assert notes == ["不对，应该是卫生间漏水"]


def test_a_correction_the_next_day_is_a_new_matter(wang: Dialogue) -> None:
    wang.slots = dict(ALL)
    wang.hears(open_confirmed, "确认", "affirm")
    wang.slots = {}
    wang.clock.turn(days=1)
    assert not wang.hears(begin, "不对，卫生间也漏水", "repair", category="leak").closes


def test_a_photo_is_taken_and_the_question_stays(wang: Dialogue) -> None:
    dialogue = in_form(wang, since=None)
    assert keys(dialogue.hears(go_on, "", "nlu_fallback", asked="since", attachments=1)) == [
        "utter_photo_kept"
    ]


def test_a_home_the_estate_does_not_have_is_asked_about_once(stranger: Dialogue) -> None:
    stranger.hears(begin, "9栋9单元9901漏水", "repair", category="leak")
    assert stranger.slots["ask_how"] == "no_such_home"
    stranger.form = FORM
    stranger.hears(go_on, "就是9栋9单元9901", "repair", category="leak", asked="place")
    assert (stranger.slots["place"], stranger.slots["home"]) == ("9栋9单元9901", None)


def test_building_and_room_alone_are_enough_when_there_is_one_such_home(stranger: Dialogue) -> None:
    filled = stranger.hears(begin, "3栋1201漏水", "repair", category="leak").slots
    assert filled["home"] == "3-2-1201"


def test_of_several_homes_the_one_is_chosen_with_a_button(stranger: Dialogue) -> None:
    with stranger.store.write() as session:
        session.add(Household(key="3-1-1201", building="3", unit="1", room="1201"))
    stranger.hears(begin, "3栋1201漏水", "repair", category="leak")
    assert stranger.slots["ask_how"] == "several"
    assert [one["title"] for one in stranger.slots["options"]] == ["3栋1单元1201", "3栋2单元1201"]
    stranger.form = FORM
    stranger.hears(go_on, "3栋2单元1201", "choose", asked="place", choices={"home": "3-2-1201"})
    assert (stranger.slots["home"], stranger.slots["options"]) == ("3-2-1201", None)


def test_somebody_with_two_homes_is_asked_which(wang: Dialogue) -> None:
    wang.does(
        lambda call: confirm_home(
            call.session, resident_id=wang.person.resident_id, home="3-2-1301", by="agent:1", now=call.now
        )
    )
    wang.hears(begin, "家里没水了", "repair", category="water")
    assert wang.slots["ask_how"] == "several"
    assert sorted(one["title"] for one in wang.slots["options"]) == ["3栋2单元1201", "3栋2单元1301"]


def test_an_estate_without_a_table_of_homes_takes_what_is_said(stranger: Dialogue) -> None:
    with stranger.store.write() as session:
        for table in (Residency, Household):
            session.execute(delete(table))
    filled = stranger.hears(begin, "8栋1单元302漏水", "repair", category="leak").slots
    assert (filled["place"], filled["home"]) == ("8栋1单元302", None)


def test_a_part_of_a_home_is_completed_by_the_next_message(stranger: Dialogue) -> None:
    stranger.hears(begin, "3栋2单元家里漏水", "repair", category="leak")
    assert stranger.slots["ask_how"] == "need_room"
    stranger.form = FORM
    stranger.hears(go_on, "1201", "nlu_fallback", asked="place")
    assert stranger.slots["home"] == "3-2-1201"


def test_only_the_unit_is_put_right(wang: Dialogue) -> None:
    said = {"building": "3", "unit": "1", "room": "1201"}
    dialogue = in_form(wang, home=None, place="3栋1单元1201", home_said=said)
    outcome = dialogue.hears(go_on, "不对，是2单元", "deny", asked="repair_confirmed")
    assert keys(outcome) == ["utter_repair_changed"]
    assert dialogue.slots["home"] == "3-2-1201"


def test_a_room_behind_a_no_is_put_right(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    dialogue.hears(go_on, "不对，是1301", "goodbye", asked="repair_confirmed")
    assert dialogue.slots["home"] == "3-2-1301"


def test_a_wrong_phone_is_put_right(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    outcome = dialogue.hears(go_on, "电话写错了，是13900001111", "repair", asked="repair_confirmed")
    assert keys(outcome) == ["utter_repair_changed"]
    assert dialogue.slots["contact"] == "13900001111"
    assert dialogue.slots["what"] == ALL["what"]


def test_the_fault_itself_is_put_right_in_her_words(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    dialogue.hears(go_on, "不对，是卫生间的水管", "nlu_fallback", asked="repair_confirmed")
    assert dialogue.slots["what"] == "厨房水管漏水（更正：卫生间的水管）"


def test_what_she_adds_meanwhile_is_not_lost(wang: Dialogue) -> None:
    dialogue = in_form(wang, since=None)
    dialogue.hears(go_on, "昨晚开始的，现在漏得很大", "repair", category="leak", asked="since")
    assert dialogue.slots["what"] == "厨房水管漏水；现在漏得很大"
    assert dialogue.slots["since"] == "昨晚开始"


@pytest.mark.parametrize(
    ("text", "intent", "contact"),
    [
        ("13812341234", "nlu_fallback", "13812341234"),
        ("幺三八一二三四一二三四", "nlu_fallback", "13812341234"),
        ("不想留电话", "deny", "chat"),
        ("就在这里联系吧", "affirm", "chat"),
        ("没有", "deny", "chat"),
    ],
)
def test_a_phone_or_none(wang: Dialogue, text: str, intent: str, contact: str) -> None:
    dialogue = in_form(wang, contact=None)
    dialogue.hears(go_on, text, intent, asked="contact")
    assert dialogue.slots["contact"] == contact


def test_a_number_with_a_digit_missing_is_asked_again(wang: Dialogue) -> None:
    dialogue = in_form(wang, contact=None)
    dialogue.hears(go_on, "1381234123", "nlu_fallback", asked="contact")
    assert (dialogue.slots["contact"], dialogue.slots["ask_how"]) == (None, "phone_unreadable")


@pytest.mark.parametrize("text", ["不知道", "记不清了", "有一阵子了", "前天夜里"])
def test_any_answer_to_since_when_is_good_enough(wang: Dialogue, text: str) -> None:
    dialogue = in_form(wang, since=None)
    dialogue.hears(go_on, text, "nlu_fallback", asked="since")
    assert dialogue.slots["since"] == text


def test_a_change_of_subject_is_answered_then_asked_once_more(wang: Dialogue) -> None:
    dialogue = in_form(wang, since=None)
    outcome = dialogue.hears(go_on, "谢谢", "thanks", asked="since")
    assert keys(outcome) == ["utter_thanks", "utter_back_to_repair"]
    assert not outcome.closes


def test_another_matter_is_kept_and_served_afterwards(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    dialogue.hears(go_on, "对了，物业费多收了我两个月", "fee", category="unfair", asked="repair_confirmed")
    dialogue.hears(go_on, "确认", "affirm", asked="repair_confirmed")
    opened = dialogue.hears(open_confirmed, "确认", "affirm")
    assert opened.then == NEXT_MATTER
    taken = dialogue.hears(
        lambda call, heard: take_up(call, heard, heard.slot("next_matters"), begins=False), "确认", "affirm"
    )
    assert (keys(taken), taken.then) == (["utter_next_matter"], "action_answer_fee")
    assert dialogue.slots["fee_said"] == "物业费多收了我两个月"
    assert dialogue.slots["what"] is None


def test_a_question_about_fees_is_answered_at_once(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    outcome = dialogue.hears(
        go_on, "对了，物业费都包含什么", "fee", category="how_computed", asked="repair_confirmed"
    )
    assert keys(outcome) == ["utter_fee_included", "utter_back_to_repair"]


def test_two_matters_in_one_message_are_two(wang: Dialogue) -> None:
    text = "厨房漏水，还有楼道垃圾没人收"
    matters = (Matter("repair", "leak", "厨房漏水"), Matter("complaint", "cleaning", "楼道垃圾没人收"))
    wang.hears(begin, text, "repair", matters=matters)
    assert wang.slots["next_matters"] == [
        {"intent": "complaint", "category": "cleaning", "text": "楼道垃圾没人收"}
    ]


def test_not_understood_twice_then_a_person(wang: Dialogue) -> None:
    dialogue = in_form(wang, place=None, home=None, home_said=None)
    again = dialogue.hears(go_on, "嗯嗯嗯", "nlu_fallback", asked="place")
    assert keys(again) == ["utter_not_understood"]
    escalation = {"if_not_understood": "not_understood"}
    called = dialogue.hears(go_on, "啊啊啊", "nlu_fallback", asked="place", escalation=escalation)
    assert keys(called) == ["utter_handed_over"]
    assert called.closes
    assert dialogue.slots["repair_confirmed"] is False


def test_she_may_give_it_up_at_any_time(wang: Dialogue) -> None:
    outcome = in_form(wang, since=None).hears(go_on, "算了不修了", "cancel", asked="since")
    assert keys(outcome) == ["utter_repair_cancelled"]
    assert outcome.closes
    assert wang.slots["what"] is None


def test_a_button_says_what_is_to_be_changed(wang: Dialogue) -> None:
    dialogue = in_form(wang)
    dialogue.hears(go_on, "改一下", "deny", asked="repair_confirmed")
    assert dialogue.slots["ask_how"] == "which"
    dialogue.hears(go_on, "时间", "choose", asked="repair_confirmed", choices={"choice": "since"})
    assert (dialogue.slots["since"], dialogue.slots["ask_how"]) == (None, None)


def test_the_case_holds_what_was_confirmed(wang: Dialogue) -> None:
    wang.slots = dict(ALL)
    outcome = wang.hears(open_confirmed, "确认", "affirm")
    case = case_of(wang)
    assert keys(outcome) == ["utter_repair_opened", "utter_repair_payer", "utter_repair_follow"]
    assert outcome.replies[0].slots["number"] == case.number
    assert (case.kind, case.category, case.urgency) == (CaseKind.REPAIR, "leak", Urgency.URGENT)
    assert (case.summary, case.place, case.since) == ("厨房水管漏水", "3栋2单元1201", "昨晚")
    assert case.contact == "13812341234"


def test_water_that_does_not_stop_is_an_emergency_of_the_repairers(wang: Dialogue) -> None:
    wang.slots = {**ALL, "what": "水管爆了，水哗哗地流"}
    wang.hears(open_confirmed, "确认", "affirm")
    assert case_of(wang).urgency is Urgency.EMERGENCY


def test_a_turn_played_again_opens_no_second_case(wang: Dialogue) -> None:
    wang.slots = dict(ALL)
    first = wang.hears(open_confirmed, "确认", "affirm")
    wang.slots = dict(ALL)
    second = wang.again(open_confirmed, "确认", "affirm")
    assert first == second
    assert second.replies[0].slots["number"] == case_of(wang).number == "BX2026-0001"


def test_her_phone_and_home_are_remembered(stranger: Dialogue) -> None:
    stranger.slots = dict(ALL)
    stranger.hears(open_confirmed, "确认", "affirm")
    stranger.slots = {}
    filled = stranger.hears(begin, "阳台灯不亮", "repair", category="appliance").slots
    assert (filled["home"], filled["contact"]) == ("3-2-1201", "13812341234")


def test_a_call_without_a_conversation_is_an_error(wang: Dialogue) -> None:
    def lost(call: Call, heard: Any) -> Any:
        return begin(call, replace(heard, conversation_id=999))

    with pytest.raises(LookupError):
        wang.hears(lost, "漏水", "repair")


def test_the_home_of_another_matter_is_not_where_the_repair_is(stranger: Dialogue) -> None:
    in_form(stranger, place=None, home=None, home_said=None)
    outcome = stranger.hears(
        go_on, "帮我看看3-2-1201的物业费交了没", "fee", category="account", asked="place", confidence=0.9
    )
    assert keys(outcome)[-1] == "utter_back_to_repair"
    assert (stranger.slots["place"], stranger.slots["home_said"]) == (None, None)
    stranger.hears(go_on, "3栋2单元1201", "repair", asked="place")
    assert stranger.slots["home"] == "3-2-1201"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("3-2-1201，谢谢", "inquiry"), ("我住3-2-1201", "fee"), ("3-2-1201的厨房", "inquiry")],
)
def test_a_home_with_a_word_around_it_is_still_the_answer(stranger: Dialogue, text: str, intent: str) -> None:
    in_form(stranger, place=None, home=None, home_said=None)
    stranger.hears(go_on, text, intent, asked="place", confidence=0.9)
    assert stranger.slots["home"] == "3-2-1201"


def test_who_says_goodbye_is_let_go_and_finds_all_as_it_was(wang: Dialogue) -> None:
    in_form(wang, since=None, contact=None)
    before = {name: wang.slots[name] for name in ("what", "place", "home")}
    outcome = wang.hears(go_on, "我先忙了，再见", "goodbye", asked="since", confidence=0.9)
    assert (keys(outcome), outcome.closes, outcome.slots["hold"]) == (["utter_goodbye"], False, True)
    wang.hears(go_on, "昨天晚上", "nlu_fallback", asked="since")
    assert {name: wang.slots[name] for name in before} == before
    assert wang.slots["since"] == "昨天晚上"


@pytest.mark.parametrize("text", ["你们几点下班", "师傅什么时候能来", "周末几点有人"])
def test_a_question_with_a_time_in_it_is_not_since_when(wang: Dialogue, text: str) -> None:
    in_form(wang, since=None)
    wang.hears(go_on, text, "inquiry", category="hours", asked="since", confidence=0.95)
    assert wang.slots["since"] is None


@pytest.mark.parametrize("text", ["前几天开始的", "好几天了", "大概十点多"])
def test_an_uncertain_time_is_still_since_when(wang: Dialogue, text: str) -> None:
    in_form(wang, since=None)
    wang.hears(go_on, text, "nlu_fallback", asked="since")
    assert wang.slots["since"]
