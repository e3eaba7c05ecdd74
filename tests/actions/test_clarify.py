"""Not sure what she wants: one question, two buttons, and her choice counts for her own words."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from actions.clarify import clarify, keep_what_she_chose
from actions.heard import Likely
from actions.outside import answer_outside
from actions.room import Call
from bot.desk.estate.model import LearningSettings
from bot.desk.talk.transcript import record_inbound
from bot.store.reading_tables import CorrectedReading
from tests.actions.conftest import Dialogue, keys

LIFT = Likely("repair", "lift", 0.24)
NOISE = Likely("complaint", "noise", 0.2)
CHAT = Likely("chitchat", None, 0.3)
BILL = Likely("fee", "my_bill", 0.12)
WORDS = "楼里那个东西又响个不停"


def test_the_two_likeliest_readings_become_buttons(wang: Dialogue) -> None:
    outcome = wang.hears(answer_outside, WORDS, "nlu_fallback", likeliest=(LIFT, NOISE, BILL))
    assert keys(outcome) == ["utter_clarify"]
    assert [one["title"] for one in outcome.slots["options"]] == ["报修·电梯", "投诉·噪音扰民"]
    assert [one["payload"] for one in outcome.slots["options"]] == [
        '/repair{"clarified": "lift"}',
        '/complaint{"clarified": "noise"}',
    ]
    assert wang.slots["unclear"]["text"] == WORDS


@pytest.mark.parametrize(
    "likeliest",
    [
        (),
        (LIFT,),
        (CHAT, LIFT),
        (Likely("repair", "lift", 0.2), Likely("complaint", "noise", 0.05)),
        (Likely("repair", "lift", 0.1), Likely("complaint", "noise", 0.1)),
    ],
    ids=["none", "one", "small talk is never offered", "the second too unlikely", "both too unlikely"],
)
def test_without_two_likely_readings_she_is_asked_to_say_it_differently(
    wang: Dialogue, likeliest: tuple[Likely, ...]
) -> None:
    assert keys(wang.hears(answer_outside, WORDS, "nlu_fallback", likeliest=likeliest)) == [
        "utter_not_understood"
    ]


@pytest.mark.parametrize("text", ["😡😡", "？？？", "1", ""])
def test_signs_alone_mean_nothing_to_choose_from(wang: Dialogue, text: str) -> None:
    outcome = wang.hears(answer_outside, text, "nlu_fallback", likeliest=(LIFT, NOISE))
    assert keys(outcome) == ["utter_not_understood"]


def test_a_reading_this_estate_has_no_words_for_is_not_offered(wang: Dialogue) -> None:
    heard = wang.heard(WORDS, "nlu_fallback", likeliest=(Likely("repair", "dragon", 0.4), LIFT, NOISE))
    outcome = wang.does(lambda call: clarify(call, heard))
    assert outcome is not None
    assert outcome.replies[0].slots["first_reading"] == "报修·电梯"


def test_what_she_chooses_is_kept_only_with_the_operators_consent(wang: Dialogue) -> None:
    with wang.store.write() as session:
        record_inbound(
            session,
            conversation_id=wang.person.conversation_id,
            channel_id="unclear",
            text=WORDS,
            now=wang.clock(),
        )
    heard = wang.heard(WORDS, "repair", category="lift", chosen=True)

    def kept(call: Call, consent: bool) -> list[tuple[str, str | None]]:
        estate = call.estate.model_copy(update={"learning": LearningSettings(keep_choices=consent)})
        keep_what_she_chose(replace(call, estate=estate), heard)
        rows = call.session.scalars(select(CorrectedReading))
        return [(row.intent, row.category) for row in rows]

    assert wang.does(lambda call: kept(call, False)) == []
    assert wang.does(lambda call: kept(call, True)) == [("repair", "lift")]
