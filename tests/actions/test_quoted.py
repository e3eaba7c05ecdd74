"""She answers a message about a case: what she says is about that one, also where she has several."""

import pytest
from sqlalchemy import select

from actions.picture import take_picture
from actions.quoted import about_quoted
from actions.status import tell_status
from actions.urge import urge
from actions.withdraw import find_case_to_withdraw
from bot.store.tables import Case
from tests.actions.conftest import Dialogue, keys
from tests.support.casework import open_lift_case


@pytest.fixture
def numbers(wang: Dialogue) -> list[str]:
    """Two open cases of hers."""
    return [
        wang.does(lambda call: open_lift_case(call.session, wang.person, call.now)).number for _ in range(2)
    ]


def notes(wang: Dialogue, number: str) -> list[str | None]:
    with wang.store.read() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        return [event.note for event in case.events if event.kind == "note"]


def test_how_far_that_one_is(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(tell_status, "这个怎么样了", "status", quoted=numbers[0])
    assert [reply.slots["number"] for reply in outcome.replies] == [numbers[0]]


def test_a_number_she_writes_goes_before_the_one_she_quotes(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(tell_status, f"{numbers[1]}呢", "status", quoted=numbers[0])
    assert outcome.replies[0].slots["number"] == numbers[1]


def test_that_one_is_urged_and_not_asked_which(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(urge, "怎么还没来", "urge", quoted=numbers[0])
    assert (keys(outcome), outcome.replies[0].slots["number"]) == (["utter_urged"], numbers[0])


def test_that_one_is_taken_back(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(find_case_to_withdraw, "这个不用修了", "cancel", quoted=numbers[1])
    assert outcome.slots["withdraw_number"] == numbers[1]


def test_what_she_adds_stands_at_that_case_once(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(about_quoted, "现在连门都关不上了", "repair", quoted=numbers[0])
    again = wang.again(about_quoted, "现在连门都关不上了", "repair", quoted=numbers[0])
    assert keys(outcome) == keys(again) == ["utter_case_noted", "utter_status_one"]
    assert (notes(wang, numbers[0]), notes(wang, numbers[1])) == (["现在连门都关不上了"], [])


@pytest.mark.parametrize(("text", "intent"), [("？？", "nlu_fallback"), ("什么时候来", "inquiry")])
def test_anything_else_asks_how_far_it_is(wang: Dialogue, numbers: list[str], text: str, intent: str) -> None:
    outcome = wang.hears(about_quoted, text, intent, quoted=numbers[1])
    assert (keys(outcome), notes(wang, numbers[1])) == (["utter_status_one"], [])


def test_a_picture_goes_to_that_one(wang: Dialogue, numbers: list[str]) -> None:
    outcome = wang.hears(take_picture, "", "nlu_fallback", quoted=numbers[0], attachments=1)
    assert outcome.replies[0].slots["number"] == numbers[0]
    assert keys(wang.hears(take_picture, "", "nlu_fallback", attachments=1)) == ["utter_photo_alone"]
