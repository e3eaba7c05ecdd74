"""How replies become messages: order, merging, filling, once-only words, limits, faults."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.wording.composer import (
    MissingSlot,
    NoFittingWording,
    PlainLimits,
    Reply,
    Situation,
    UnknownResponse,
    Utterance,
    compose,
    split_text,
)
from bot.desk.wording.words import Words, WordsError, load_words
from tests.support.estates import sample_words

WORDS = """
responses:
  utter_fault: [{text: 已保存。}]
  utter_opened: [{text: "工单{number}，{due:before}上门。"}]
  utter_where: [{text: 在哪里？, metadata: {part: question}, buttons: [{title: 取消, payload: /cancel}]}]
  utter_follow: [{text: 有进展告诉您。, metadata: {part: next}}]
  utter_which:
    - text: 哪一户？
      metadata: {part: question, buttons_from: options}
  utter_serious:
    - {text: 收到。}
    - {text: 收到，马上处理。, condition: [{type: slot, name: serious, value: true}]}
  utter_only_late: [{text: 超时了。, condition: [{type: slot, name: late, value: true}]}]
  utter_status: [{text: "{status:status}"}]
  utter_phone: [{text: "{phone:masked}"}]
  utter_silent: [{text: ""}]
  utter_hi:
    - {text: 您好，我是智能助手。, metadata: {part: greeting, once: true}}
    - {text: 您好。, metadata: {part: greeting}}
  utter_care_understanding:
    - id: lift
      text: 电梯停了，您着急我理解。
      metadata: {part: understanding, once: true}
      condition:
        - {type: slot, name: upset, value: [1, 2]}
        - {type: slot, name: category, value: lift}
    - {id: angry, text: 您的心情我理解。, metadata: {part: understanding, once: true},
       condition: [{type: slot, name: upset, value: 2}]}
  utter_care_apology:
    - id: ours
      text: 是我们的失误，向您道歉。
      metadata: {part: apology, once: true}
      condition:
        - {type: slot, name: upset, value: [1, 2]}
        - {type: slot, name: category, value: [lift, door]}
labels:
  status: {accepted: 已受理}
  day:
    {yesterday: "昨天{clock}", today: "今天{clock}", tomorrow: "明天{clock}", day_after: "后天{clock}",
     this_year: "{month}月{day}日（{weekday}）{clock}", other_year: "{year}年{month}月{day}日{clock}",
     before: "{time}前"}
  weekday: {"1": 周一, "2": 周二, "3": 周三, "4": 周四, "5": 周五, "6": 周六, "7": 周日}
"""
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
OPENED = Reply("utter_opened", {"number": "BX2026-0001", "due": "2026-11-25T10:00:00+00:00"})


@pytest.fixture
def words(tmp_path: Path) -> Words:
    (tmp_path / "words.yml").write_text(WORDS, encoding="utf-8")
    return load_words([tmp_path])


def said(words: Words, *replies: Reply, strict: bool = True, **situation: object) -> list[Utterance]:
    return compose(
        replies,
        words=words,
        situation=Situation(now=NOW, **situation),  # type: ignore[arg-type]
        strict=strict,
    )


def text_of(utterances: Sequence[Utterance]) -> str:
    assert len(utterances) == 1
    return utterances[0].text


def test_several_replies_are_one_message_in_the_order_of_their_parts(words: Words) -> None:
    one = said(words, Reply("utter_where"), Reply("utter_follow"), OPENED)
    assert text_of(one) == "工单BX2026-0001，今天18:00前上门。\n有进展告诉您。\n在哪里？"


def test_upset_over_what_is_ours_is_understood_apologised_for_then_answered(words: Words) -> None:
    lift = Reply("utter_opened", {**OPENED.slots, "category": "lift"})
    text = text_of(said(words, lift, Reply("utter_follow"), upset=2))
    assert text.splitlines() == [
        "电梯停了，您着急我理解。是我们的失误，向您道歉。",
        "工单BX2026-0001，今天18:00前上门。",
        "有进展告诉您。",
    ]


def test_no_fault_is_admitted_where_the_matter_is_not_ours(words: Words) -> None:
    leak = Reply("utter_opened", {**OPENED.slots, "category": "leak"})
    assert "道歉" not in text_of(said(words, leak, upset=2))


def test_calm_people_are_not_comforted(words: Words) -> None:
    lift = Reply("utter_opened", {**OPENED.slots, "category": "lift"})
    assert text_of(said(words, lift)).startswith("工单")


def test_no_apology_is_made_twice_in_one_conversation(words: Words) -> None:
    lift = Reply("utter_opened", {**OPENED.slots, "category": "lift"})
    first = said(words, lift, upset=2)
    second = said(words, lift, upset=2, used=frozenset(first[0].used))
    assert first[0].used == ("utter_care_understanding/lift", "utter_care_apology/ours")
    assert text_of(second).startswith("您的心情我理解。\n工单")


def test_a_greeting_is_said_whole_once(words: Words) -> None:
    first = said(words, Reply("utter_hi"))
    second = said(words, Reply("utter_hi"), used=frozenset(first[0].used))
    assert (text_of(first), text_of(second)) == ("您好，我是智能助手。", "您好。")


def test_who_is_let_go_is_asked_nothing_now(words: Words) -> None:
    question = Reply("utter_where", {"hold": True})
    one = said(words, Reply("utter_follow"), question)
    assert (text_of(one), one[0].buttons) == ("有进展告诉您。", ())
    # Back again: what is said before the question may still carry what held when it was said.
    back = said(words, Reply("utter_follow", {"hold": True}), Reply("utter_where"))
    assert text_of(back) == "有进展告诉您。\n在哪里？"


def test_serious_matters_have_their_own_wording(words: Words) -> None:
    assert text_of(said(words, Reply("utter_serious"), serious=True)) == "收到，马上处理。"


def test_the_same_reply_is_not_said_twice_in_a_message(words: Words) -> None:
    assert text_of(said(words, Reply("utter_follow"), Reply("utter_follow"))) == "有进展告诉您。"


def test_buttons_come_from_slots_and_from_the_words(words: Words) -> None:
    home = {"title": "3栋2单元1201", "payload": '/choose{"home": "3-2-1201"}'}
    (one,) = said(words, Reply("utter_which", {"options": [home]}), Reply("utter_where"))
    assert one.button_rows() == [home, {"title": "取消", "payload": "/cancel"}]


def test_a_reply_may_say_nothing_on_purpose(words: Words) -> None:
    assert said(words, Reply("utter_silent")) == []


def test_the_keys_tell_what_was_said(words: Words) -> None:
    lift = Reply("utter_opened", {**OPENED.slots, "category": "lift"})
    assert said(words, lift, Reply("utter_where"), upset=2)[0].reply_key == "utter_opened+utter_where"


def test_labels_and_phones_are_written_for_people(words: Words) -> None:
    assert text_of(said(words, Reply("utter_status", {"status": "accepted"}))) == "已受理"
    assert text_of(said(words, Reply("utter_phone", {"phone": "13812341234"}))) == "138****1234"


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (-1, "昨天18:00前"),
        (0, "今天18:00前"),
        (1, "明天18:00前"),
        (2, "后天18:00前"),
        (3, "11月28日（周六）18:00前"),
        (60, "2027年1月24日18:00前"),
    ],
)
def test_times_are_said_in_the_estates_zone(words: Words, days: int, shown: str) -> None:
    due = datetime(2026, 11, 25, 10, 0, tzinfo=UTC) + timedelta(days=days)
    reply = Reply("utter_opened", {"number": "1", "due": due.isoformat()})
    assert shown in text_of(said(words, reply))


def test_midnight_in_the_zone_decides_what_is_today(words: Words) -> None:
    reply = Reply("utter_opened", {"number": "1", "due": "2026-11-25T16:30:00+00:00"})
    assert "明天00:30前" in text_of(said(words, reply))


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply("utter_nowhere"), UnknownResponse),
        (Reply("utter_opened", {"number": "1"}), MissingSlot),
        (Reply("utter_only_late"), NoFittingWording),
    ],
)
def test_what_cannot_be_worded_is_a_typed_error(words: Words, reply: Reply, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        said(words, reply)


def test_in_production_the_safe_sentence_stands_in_its_place(
    words: Words, caplog: pytest.LogCaptureFixture
) -> None:
    one = said(words, Reply("utter_nowhere"), Reply("utter_follow"), strict=False)
    assert text_of(one) == "已保存。\n有进展告诉您。"
    assert "reply cannot be worded" in caplog.text


def test_long_answers_are_cut_at_line_ends(words: Words) -> None:
    parts = split_text("第一行。\n第二行，长一些。", PlainLimits(max_length=8))
    assert parts == ["第一行。", "第二行，长一些。"]


@given(
    st.text(alphabet="好。，\nab", max_size=200), st.integers(4, 40), st.sampled_from(["characters", "bytes"])
)
def test_cutting_keeps_every_word_and_every_limit(text: str, most: int, unit: str) -> None:
    parts = split_text(text, PlainLimits(most, unit))
    assert all(len(part.encode() if unit == "bytes" else part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_response_defined_twice_is_an_error_that_names_both_files(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("responses: {utter_x: [{text: x}]}", encoding="utf-8")
    with pytest.raises(WordsError, match=r"b\.yml: utter_x: already defined in .*a\.yml"):
        load_words([tmp_path])


@pytest.mark.parametrize(
    "content", ["- 1", "responses: {utter_x: []}", "responses: {utter_x: [{image: a}]}", "a: ["]
)
def test_a_broken_words_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.yml").write_text(content, encoding="utf-8")
    with pytest.raises(WordsError, match=r"broken\.yml"):
        load_words([tmp_path])


def test_two_late_cases_in_one_answer_own_up_once() -> None:
    """王阿姨 asks how far her two repairs are; both are late."""
    late = {"title": "电梯", "status": "accepted", "department": "工程维修部", "person": "张建国",
            "due": NOW.isoformat(), "what": "visit", "promise": "late"}  # fmt: skip
    replies = [Reply("utter_status_one", {**late, "number": f"BX2026-000{one}"}) for one in (1, 2)]
    text = compose(replies, words=sample_words(), situation=Situation(now=NOW), strict=True)[0].text
    assert text.count("是我们没有做到") == 1
    assert text.count("已经超时") == 2
