"""Who is in danger, read from the words alone: our own lists, the held-out ones, and what must not matter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import find_emergency
from bot.language.emergency.check import KINDS, find_emergency_by_rules
from bot.language.normalise import _characters
from tests.language.emergency_lists import Told, emergencies, lookalikes
from tests.support.examples import times

REAL = emergencies()
BY_RULES = [told for told in REAL if find_emergency_by_rules(told.text)]
QUIET_RULES = [text for text in lookalikes() if find_emergency_by_rules(text) is None]
SIMPLE_TO_TRADITIONAL = {
    simple: chr(code)
    for code, simple in _characters().items()
    if 0x4E00 <= code < 0xA000 and simple != chr(code) and isinstance(simple, str)
}
BEFORE = st.sampled_from(
    ["", "你好，", "您好！", "物业，", "急！", "喂喂喂 ", "@管家 ", "😭😭", "师傅，", "\n\n"]
)
AFTER = st.sampled_from(["", "，谢谢", "！！！", "……", "🙏", "～", "，急！", "\n", "。谢谢", "😭"])


@pytest.mark.parametrize("told", REAL, ids=lambda told: told.text[:20])
def test_an_emergency_is_recognised(told: Told) -> None:
    found = find_emergency(told.text)
    assert found is not None
    assert found.kind in told.kinds
    if told.certainty != "any":
        assert found.certain == (told.certainty == "certain")


@pytest.mark.parametrize("text", lookalikes(), ids=lambda text: text[:20])
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert find_emergency(text) is None


def test_texts_nobody_tuned_for_are_mostly_read_right() -> None:
    told, plain = emergencies("heldout_real"), lookalikes("heldout_lookalikes")
    assert len(told) >= 100
    assert len(plain) >= 200
    found = [find_emergency(one.text) for one in told]
    right = sum(bool(hit and hit.kind in one.kinds) for hit, one in zip(found, told, strict=True))
    alarms = sum(find_emergency(text) is not None for text in plain)
    assert right / len(told) >= 0.95
    assert alarms / len(plain) <= 0.05


def test_our_lists_hold_each_kind_and_each_text_once() -> None:
    texts = [told.text for told in REAL] + lookalikes()
    assert len(texts) == len(set(texts))
    assert len(REAL) >= 300
    assert len(lookalikes()) >= 300
    assert all(sum(kind in told.kinds for told in REAL) >= 20 for kind in KINDS)


def test_nothing_held_out_is_in_the_lists_it_is_measured_by() -> None:
    learnt = {told.text for told in REAL} | set(lookalikes())
    held_out = {told.text for told in emergencies("heldout_real")} | set(lookalikes("heldout_lookalikes"))
    assert not learnt & held_out


def test_the_span_is_of_the_text_as_it_was_written() -> None:
    text = "  您好， 3号楼 着 火 了！！"
    found = find_emergency(text)
    assert found is not None
    assert text[found.start : found.end] == "着 火"


@pytest.mark.parametrize("text", ["", " ", "，。！", "😭", "\x00", "\ud800", "啊" * 20_000, "火" * 20_000])
def test_any_text_gets_an_answer(text: str) -> None:
    find_emergency(text)


@settings(max_examples=times(300), deadline=None)
@given(told=st.sampled_from(BY_RULES), before=BEFORE, after=AFTER)
def test_what_stands_around_it_does_not_matter(told: Told, before: str, after: str) -> None:
    _same(told.text, before + told.text + after)


@settings(max_examples=times(300), deadline=None)
@given(told=st.sampled_from(BY_RULES), data=st.data())
def test_spaces_and_emoji_within_do_not_matter(told: Told, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(told.text)))
    noise = data.draw(st.sampled_from([" ", "  ", "\u200b", "😭", "🆘", "~", "*", "　"]))
    _same(told.text, told.text[:place] + noise + told.text[place:])


@settings(max_examples=times(300), deadline=None)
@given(told=st.sampled_from(BY_RULES))
def test_traditional_characters_do_not_matter(told: Told) -> None:
    _same(told.text, "".join(SIMPLE_TO_TRADITIONAL.get(sign, sign) for sign in told.text))


@settings(max_examples=times(300), deadline=None)
@given(text=st.sampled_from(QUIET_RULES), before=BEFORE, after=AFTER)
def test_a_greeting_makes_no_emergency(text: str, before: str, after: str) -> None:
    assert find_emergency_by_rules(before + text + after) is None


@settings(max_examples=times(200), deadline=None)
@given(told=st.sampled_from(BY_RULES), when=st.sampled_from(["如果", "万一", "假如"]))
def test_an_if_before_it_takes_it_back(told: Told, when: str) -> None:
    if not any(sign in told.text for sign in ",.!?，。！？;；:： \n"):
        assert find_emergency_by_rules(when + told.text) is None


def _same(text: str, changed: str) -> None:
    first, second = find_emergency_by_rules(text), find_emergency_by_rules(changed)
    assert first is not None
    assert second is not None, changed
    assert (second.kind, second.certain) == (first.kind, first.certain), changed
