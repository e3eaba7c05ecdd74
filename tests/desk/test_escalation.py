"""When a person is called: one pure function, looked at from each side."""

import pytest

from bot.desk.talk.escalation import (
    Escalation,
    EscalationFacts,
    annoyed_after,
    decide,
    misunderstood_after,
)


def test_a_calm_message_calls_nobody_now() -> None:
    assert decide(EscalationFacts()).now is None


def test_asking_for_a_person_calls_one_at_the_first_request() -> None:
    assert decide(EscalationFacts(asked=True)).now == "asked"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (EscalationFacts(old=True), "old"),
        (EscalationFacts(threat=True), "threat"),
        (EscalationFacts(asked=True, old=True, threat=True), "asked"),
    ],
)
def test_reasons_that_need_no_understanding(facts: EscalationFacts, reason: str) -> None:
    assert decide(facts).now == reason


@pytest.mark.parametrize(("in_a_row", "reason"), [(0, None), (1, None), (2, "not_understood")])
def test_twice_not_understood_then_a_person(in_a_row: int, reason: str | None) -> None:
    assert decide(EscalationFacts(misunderstood=in_a_row)).if_not_understood == reason


def test_an_angry_message_always_calls_a_person() -> None:
    assert decide(EscalationFacts()).if_angry == "angry"


def test_the_third_annoyed_message_in_a_row_calls_a_person() -> None:
    assert decide(EscalationFacts(annoyed=1)).if_annoyed is None
    assert decide(EscalationFacts(annoyed=2)).if_annoyed == "angry"


def test_an_estate_may_allow_fewer_misunderstandings() -> None:
    assert decide(EscalationFacts(misunderstood=1), allowed=1).if_not_understood == "not_understood"


def test_nobody_is_called_twice() -> None:
    facts = EscalationFacts(waiting=True, misunderstood=5, annoyed=5, threat=True, old=True)
    assert decide(facts) == Escalation()


def test_asking_again_while_waiting_is_still_heard() -> None:
    assert decide(EscalationFacts(waiting=True, asked=True)).now == "asked"


def test_an_answer_that_understood_begins_the_count_anew() -> None:
    assert misunderstood_after(1, ("utter_not_understood",)) == 2
    assert misunderstood_after(1, ("utter_greet",)) == 0


def test_a_calm_message_begins_the_count_of_annoyed_ones_anew() -> None:
    assert annoyed_after(2, 1) == 3
    assert annoyed_after(2, 0) == 0
