"""The second factor: the codes of RFC 6238, each taken once; recovery codes; throttled."""

import base64
from collections.abc import Callable

import pytest

from bot.desk.people import second_factor
from bot.desk.people.sealing import Seal, SealBroken
from bot.desk.people.second_factor import Accepted, TooManyTries, WrongCode, code_at
from bot.store.engine import Store
from bot.store.service_tables import SecondFactor
from tests.support.cast import Cast
from tests.support.clock import HandClock

SEAL = Seal("a key of the tests")
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30) == code


Now = Callable[[], str]


@pytest.fixture
def codes(store: Store, cast: Cast, clock: HandClock) -> tuple[Now, list[str]]:
    """小李 has made her factor on one browser: what her telephone shows now, and her recovery codes."""
    with store.write() as session:
        secret = second_factor.begin(session, cast.li.agent_id, seal=SEAL)

    def now() -> str:
        return code_at(secret, int(clock().timestamp()) // 30)

    with store.write() as session:
        recovery = second_factor.confirm(
            session, cast.li.agent_id, code=now(), token="first", address="a", seal=SEAL, now=clock()
        )
    assert isinstance(recovery, list)
    return now, recovery


def shows(store: Store, cast: Cast, clock: HandClock, code: str, token: str = "second") -> object:
    with store.write() as session:
        return second_factor.show(
            session, cast.li.agent_id, code=code, token=token, address="a", seal=SEAL, now=clock()
        )


def needed(store: Store, cast: Cast, token: str) -> str:
    with store.read() as session:
        return second_factor.needed(session, cast.li.agent_id, token)


def test_another_browser_must_show_a_code_and_each_is_taken_once(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    now, _ = codes
    assert (needed(store, cast, "first"), needed(store, cast, "second")) == ("none", "code")
    assert shows(store, cast, clock, now()) == WrongCode()  # it was taken when she confirmed
    clock.turn(seconds=30)
    assert shows(store, cast, clock, f"{now()[:3]} {now()[3:]}") == Accepted()
    assert needed(store, cast, "second") == "none"
    assert shows(store, cast, clock, now(), "third") == WrongCode()


def test_a_recovery_code_lets_in_once(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    _, recovery = codes
    assert shows(store, cast, clock, recovery[0].lower()) == Accepted(recovery_left=7)
    assert shows(store, cast, clock, recovery[0]) == WrongCode()


def test_guessing_is_slowed_down(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    outcomes = [shows(store, cast, clock, f"{number:06d}") for number in range(12)]
    assert isinstance(outcomes[-1], TooManyTries)
    clock.turn(seconds=30)
    assert isinstance(shows(store, cast, clock, codes[0]()), TooManyTries)  # not even the right one


def test_a_lost_telephone_is_reset_and_a_required_factor_made_anew(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        second_factor.reset(session, cast.li.agent_id, by=cast.chen.by, now=clock())
    assert needed(store, cast, "first") == "none"
    with store.write() as session:
        second_factor.require(session, cast.li.agent_id, True, by=cast.chen.by, now=clock())
    assert needed(store, cast, "first") == "make"


def test_a_copy_of_the_store_makes_nobodys_codes(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.read() as session:
        kept = session.get_one(SecondFactor, cast.li.agent_id).secret
    assert kept is not None
    with pytest.raises(SealBroken):
        Seal("another key").open(kept, owner=cast.li.by)
    with pytest.raises(SealBroken):
        SEAL.open(kept, owner=cast.chen.by)  # a row copied to somebody else
    assert SEAL.close(b"12345678901234567890", owner="x") != SEAL.close(b"12345678901234567890", owner="x")


def test_a_secret_of_before_is_sealed_at_the_next_start_and_her_telephone_goes_on(
    codes: tuple[Now, list[str]], store: Store, cast: Cast, clock: HandClock
) -> None:
    now, _ = codes
    with store.write() as session:
        factor = session.get_one(SecondFactor, cast.li.agent_id)
        assert factor.secret is not None
        factor.secret = base64.b32encode(SEAL.open(factor.secret, owner=cast.li.by)).decode()
    for found in (1, 0):
        with store.write() as session:
            assert second_factor.seal_plain(session, seal=SEAL) == found
    clock.turn(seconds=30)
    assert shows(store, cast, clock, now()) == Accepted()
