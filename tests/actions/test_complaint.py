"""The complaint's dialogue over a real store: read back, asked for what is missing, confirmed, opened."""

from typing import Any

import pytest
from sqlalchemy import select

from actions.complaint.form import FORM, begin, go_on, open_confirmed
from actions.person import hand_over
from actions.room import Call
from actions.status import tell_status
from bot.desk.casework.access import case_for_resident
from bot.desk.talk.left_matters import left_of
from bot.store.states import CaseKind, Urgency
from bot.store.tables import Case, Conversation
from tests.actions.conftest import Dialogue, keys

SATURDAYS = "3301在装修，连续第三个周六了"


def told(dialogue: Dialogue, text: str, category: str = "noise", **more: Any) -> list[str]:
    """She begins; the form is there from then on. Returns the keys she reads."""
    outcome = dialogue.hears(begin, text, "complaint", category=category, **more)
    dialogue.form = FORM
    return keys(outcome)


def asked(dialogue: Dialogue) -> str | None:
    """What the form asks next."""
    order = ("text", "place", "since", "wish", "confirmed")
    return next((one for one in order if dialogue.slots.get(f"complaint_{one}") is None), None)


def says(dialogue: Dialogue, text: str, intent: str, **more: Any) -> list[str]:
    """She answers what was asked."""
    return keys(dialogue.hears(go_on, text, intent, asked=f"complaint_{asked(dialogue)}", **more))


def case_of(dialogue: Dialogue) -> Case:
    with dialogue.store.read() as session:
        return session.scalars(select(Case).order_by(Case.id.desc())).first()  # type: ignore[return-value]


def test_what_she_said_is_read_back_and_only_her_wish_is_asked(wang: Dialogue) -> None:
    assert told(wang, SATURDAYS, "renovation") == ["utter_complaint_heard"]
    assert wang.slots["complaint_mirror"] == "3301室在装修，已经连续第三个周六"
    assert (wang.slots["complaint_place"], wang.slots["complaint_since"]) == ("3301室", "连续第三个周六")
    assert asked(wang) == "wish"


def test_before_she_confirms_she_reads_the_record_the_way_and_the_times(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    says(wang, "希望让他停下来", "suggestion")
    assert wang.slots["complaint_record"].splitlines() == [
        f"内容：{SATURDAYS}",
        "地点：3301室",
        "时间：连续第三个周六",
        "您的希望：希望让他停下来",
    ]
    terms = ("department", "person", "respond", "resolve")
    assert [wang.slots[f"complaint_{one}"] for one in terms] == ["客户服务部", "陈静", "24小时", "7天"]


def test_confirmed_it_is_a_case_in_her_words(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    says(wang, "没有", "deny")
    assert wang.hears(go_on, "确认", "affirm", asked="complaint_confirmed").closes
    opened = wang.hears(open_confirmed, "确认", "affirm")
    assert keys(opened) == ["utter_complaint_opened", "utter_complaint_follow"]
    case = case_of(wang)
    assert (case.kind, case.summary, case.place) == (CaseKind.COMPLAINT, SATURDAYS, "3301室")
    assert (case.since, case.urgency, case.supervisors_only) == ("连续第三个周六", Urgency.NORMAL, False)
    assert wang.slots["complaint_text"] is None
    assert keys(wang.hears(tell_status, "查进度", "status")) == ["utter_status_one"]


def test_she_is_asked_where_and_when_if_she_did_not_say(stranger: Dialogue) -> None:
    told(stranger, "楼上太吵")
    assert (asked(stranger), stranger.slots["complaint_how"]) == ("place", "need_home")
    says(stranger, "3-2-1201", "nlu_fallback")
    assert stranger.slots["complaint_place"] == "3栋2单元1201楼上"
    assert asked(stranger) == "since"
    says(stranger, "每天晚上", "nlu_fallback")
    assert asked(stranger) == "wish"


@pytest.mark.parametrize("text", ["不想说", "不知道", "说不清楚", "不方便说"])
def test_what_she_will_not_say_is_not_asked_again(stranger: Dialogue, text: str) -> None:
    told(stranger, "有人在楼里抽烟", "smell")
    says(stranger, text, "nlu_fallback")
    assert asked(stranger) == "since"
    says(stranger, text, "nlu_fallback")
    assert asked(stranger) == "wish"
    says(stranger, text, "nlu_fallback")
    assert asked(stranger) == "confirmed"
    assert stranger.slots["complaint_record"] == "内容：有人在楼里抽烟"


def test_a_bare_wish_to_complain_is_asked_for_the_matter(wang: Dialogue) -> None:
    assert told(wang, "我要投诉", "other") == []
    assert asked(wang) == "text"
    assert says(wang, "楼道里堆满垃圾，一个星期了", "complaint", category="cleaning") == [
        "utter_complaint_heard"
    ]
    assert wang.slots["complaint_place"] == "3栋2单元楼道里"


def test_a_correction_puts_place_and_words_right(wang: Dialogue) -> None:
    told(wang, "楼上1301天天半夜装修", "renovation")
    assert says(wang, "不对，是1302", "deny") == ["utter_complaint_changed"]
    assert wang.slots["complaint_place"] == "1302室"
    assert wang.slots["complaint_text"] == "楼上1301天天半夜装修（更正：1302）"


def test_who_is_annoyed_is_not_asked_when_and_what_she_wishes(wang: Dialogue) -> None:
    told(wang, "广场舞天天吵，说了多少次都没人管", upset=1)
    assert asked(wang) == "place"
    says(wang, "中心广场", "nlu_fallback")
    assert asked(wang) == "confirmed"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("浙A12345堵在3栋门口，我出不去", "parking"),
        ("消防通道停满了车", "parking"),
        ("3栋楼下有人往下扔酒瓶", "falling_objects"),
        ("现在楼上正在砸墙", "renovation"),
        ("狗在花园里咬了我", "pets"),
    ],
)
def test_what_cannot_wait_is_opened_at_once(wang: Dialogue, text: str, category: str) -> None:
    outcome = wang.hears(begin, text, "complaint", category=category)
    assert (outcome.then, outcome.slots["complaint_confirmed"]) == ("action_open_complaint", True)
    opened = wang.hears(open_confirmed, text, "complaint")
    assert opened.replies[0].slots["visits"]
    assert (case_of(wang).urgency, case_of(wang).department) == (Urgency.URGENT, "秩序维护部")


def test_a_blocked_car_needs_its_place_and_keeps_the_plate(stranger: Dialogue) -> None:
    told(stranger, "有车挡住我了，帮忙挪一下车", "parking")
    assert asked(stranger) == "place"
    stranger.hears(go_on, "地库B区，浙A12345", "nlu_fallback", asked="complaint_place")
    stranger.hears(open_confirmed, "", "complaint")
    case = case_of(stranger)
    assert (case.place, case.details["plate"]) == ("地库B区", "浙A12345")


def test_the_neighbour_complained_of_never_sees_it(wang: Dialogue, people: Any) -> None:
    told(wang, "3栋2单元1301天天半夜打麻将，别告诉他是我说的")
    assert wang.slots["complaint_anonymous"] is True
    says(wang, "没有", "deny")
    wang.hears(open_confirmed, "确认", "affirm")
    case = case_of(wang)
    assert (case.place, case.household_id, case.details["anonymous"]) == ("3栋2单元1301", None, True)
    with wang.store.read() as session:
        zhou = people.zhou
        seen = case_for_resident(
            session, case.number, resident_id=zhou.resident_id, conversation_id=zhou.conversation_id
        )
    assert seen is None


def test_her_case_belongs_to_her_home_and_not_to_the_one_complained_of(wang: Dialogue) -> None:
    told(wang, "3栋2单元1301天天半夜打麻将")
    says(wang, "没有", "deny")
    wang.hears(open_confirmed, "确认", "affirm")
    with wang.store.read() as session:
        case = session.scalars(select(Case)).one()
        assert case.household is not None
        assert case.household.key == "3-2-1201"


@pytest.mark.parametrize("text", ["保安小张昨天骂我", "前台爱理不理", "那个姓周的主管从头到尾没正眼看过人"])
def test_a_complaint_about_a_colleague_is_for_supervisors(wang: Dialogue, text: str) -> None:
    told(wang, text, "staff")
    says(wang, "道歉", "complaint")
    wang.hears(open_confirmed, "确认", "affirm")
    assert case_of(wang).supervisors_only


def test_a_colleague_named_with_what_he_did_is_enough(wang: Dialogue) -> None:
    told(wang, "楼道没人扫，我问保洁小李，她骂我", "cleaning", upset=1)
    wang.hears(open_confirmed, "确认", "affirm")
    assert case_of(wang).supervisors_only


def test_damages_are_noted_and_nothing_is_promised(wang: Dialogue) -> None:
    told(wang, "楼上装修把我家吊顶震裂了，昨天下午", "renovation")
    says(wang, "要求赔偿两千块", "fee")
    assert wang.slots["complaint_wish"] == "要求赔偿两千块"
    opened = wang.hears(open_confirmed, "确认", "affirm")
    assert keys(opened) == ["utter_complaint_opened", "utter_complaint_damages", "utter_complaint_follow"]


def test_another_matter_is_kept_for_later(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    assert says(wang, "对了我家灯也坏了", "repair", category="lighting") == [
        "utter_matter_noted",
        "utter_back_to_complaint",
    ]
    assert [one["intent"] for one in wang.slots["next_matters"]] == ["repair"]


def test_another_subject_is_answered_and_she_is_brought_back(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    assert says(wang, "我的报修怎么样了", "status") == ["utter_status_none", "utter_back_to_complaint"]


def test_a_time_that_has_not_come_is_asked_about_once(wang: Dialogue) -> None:
    told(wang, "3栋楼道里有人抽烟", "smell")
    assert says(wang, "12月30日", "nlu_fallback") == []
    assert (wang.slots["complaint_how"], wang.slots["complaint_ahead"]) == ("ahead", "12月30日")
    says(wang, "11月20日", "nlu_fallback")
    assert wang.slots["complaint_since"] == "11月20日"


def test_a_home_that_is_not_there_is_asked_about_once(wang: Dialogue) -> None:
    told(wang, "3栋2单元9901昨晚吵到两点")
    assert (asked(wang), wang.slots["complaint_how"]) == ("place", "no_such_home")
    says(wang, "就是3栋2单元9901", "nlu_fallback")
    assert wang.slots["complaint_place"] == "3栋2单元9901"


def test_a_phone_with_nine_digits_is_asked_about(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    assert says(wang, "电话138123412", "nlu_fallback") == ["utter_complaint_phone"]
    says(wang, "13812341234", "nlu_fallback")
    assert wang.slots["complaint_phone"] == "13812341234"


@pytest.mark.parametrize("intent", ["cancel"])
def test_given_up_nothing_is_opened(wang: Dialogue, intent: str) -> None:
    told(wang, SATURDAYS, "renovation")
    outcome = wang.hears(go_on, "算了不投诉了", intent, asked="complaint_wish")
    assert (keys(outcome), outcome.closes) == (["utter_complaint_cancelled"], True)
    assert outcome.slots["complaint_confirmed"] is False


def test_played_again_it_is_opened_once(wang: Dialogue) -> None:
    told(wang, SATURDAYS, "renovation")
    says(wang, "没有", "deny")
    kept_slots = dict(wang.slots)
    first = wang.hears(open_confirmed, "确认", "affirm")
    wang.slots = kept_slots
    second = wang.again(open_confirmed, "确认", "affirm")
    assert first.replies[0].slots["number"] == second.replies[0].slots["number"]


def test_a_person_called_in_the_middle_reads_nothing_of_a_complaint_about_a_colleague(wang: Dialogue) -> None:
    told(wang, "前台小李昨天挂我电话", "staff")
    outcome = wang.hears(lambda call, heard: hand_over(call, heard, reason="asked"), "转人工", "human")
    assert keys(outcome) == ["utter_complaint_opened", "utter_handed_over"]
    assert case_of(wang).supervisors_only

    def left(call: Call) -> list[str]:
        return left_of(call.session.get_one(Conversation, wang.person.conversation_id))

    assert wang.does(left) == []
