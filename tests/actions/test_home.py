"""A home is proved with the code the desk gave it; a stranger who guesses learns nothing."""

from datetime import timedelta

from actions.home import VerifyHome
from actions.outcome import Outcome
from actions.room import Room
from bot.desk.people.residents import HomeOf, IssuedCode, homes_of, issue_home_code
from tests.actions.conftest import Dialogue, keys
from tests.support.estates import sample_estate, sample_words


def types(dialogue: Dialogue, text: str) -> Outcome:
    room = Room(dialogue.store, sample_estate(), sample_words(), now=dialogue.clock)
    return dialogue.hears(VerifyHome(room).act, text, "nlu_fallback")


def code_for(dialogue: Dialogue, home: str, *, valid: timedelta = timedelta(days=1)) -> str:
    with dialogue.store.write() as session:
        issued = issue_home_code(session, home=home, by="agent:1", now=dialogue.clock(), valid=valid)
    assert isinstance(issued, IssuedCode)
    return issued.code


def homes(dialogue: Dialogue) -> list[HomeOf]:
    with dialogue.store.read() as session:
        return homes_of(session, dialogue.person.resident_id)


def test_a_new_resident_proves_her_home(stranger: Dialogue) -> None:
    outcome = types(stranger, f"核验码 {code_for(stranger, '3-2-1301').lower()}")
    assert keys(outcome) == ["utter_home_verified"]
    assert homes(stranger) == [HomeOf("3-2-1301", verified=True)]


def test_a_code_serves_one_household_member_once(stranger: Dialogue, wang: Dialogue) -> None:
    code = code_for(wang, "3-2-1301")
    types(wang, code)
    assert keys(types(stranger, code)) == ["utter_home_code_wrong"]
    assert homes(stranger) == []


def test_an_old_code_is_said_to_be_old(stranger: Dialogue) -> None:
    code = code_for(stranger, "3-2-1301", valid=timedelta(hours=1))
    stranger.clock.turn(hours=2)
    assert keys(types(stranger, code)) == ["utter_home_code_expired"]


def test_somebody_who_guesses_is_slowed(stranger: Dialogue) -> None:
    said = [keys(types(stranger, f"K7QP-3MX{sign}"))[0] for sign in "ABCDEFGH"]
    assert said[0] == "utter_home_code_wrong"
    assert said[-1] == "utter_home_code_throttled"
    assert homes(stranger) == []


def test_a_turn_played_again_uses_no_second_try(stranger: Dialogue) -> None:
    room = Room(stranger.store, sample_estate(), sample_words(), now=stranger.clock)
    code = code_for(stranger, "3-2-1301")
    first = stranger.hears(VerifyHome(room).act, code, "nlu_fallback")
    assert stranger.again(VerifyHome(room).act, code, "nlu_fallback") == first
