"""Claimed and proved homes, one-time codes, phones, and the list of homes."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.desk.people import residents
from bot.desk.people.homes import NoSuchHome as NotInEstate
from bot.desk.people.homes import OneHome, SeveralHomes, find_home
from bot.desk.people.households import (
    Imported,
    decode_list,
    import_households,
    read_list,
)
from bot.desk.people.residents import (
    ExpiredCode,
    HomeClaimed,
    HomeOf,
    IssuedCode,
    NoSuchHome,
    TooManyTries,
    Verified,
    WrongCode,
)
from bot.language.rooms import HomeParts
from bot.store import actors
from bot.store.engine import Store
from bot.store.tables import AuditRow, HomeCode, Household, Residency, Resident
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock

THREE_DAYS = timedelta(days=3)
SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "households.csv"


def issue(store: Store, cast: Cast, clock: HandClock, home: str = "3-2-1201") -> IssuedCode:
    with store.write() as session:
        issued = residents.issue_home_code(session, home=home, by=cast.li.by, now=clock(), valid=THREE_DAYS)
    assert isinstance(issued, IssuedCode)
    return issued


def send(
    store: Store, person: Person, code: str, clock: HandClock, address: str | None = None
) -> Verified | WrongCode | ExpiredCode | TooManyTries:
    with store.write() as session:
        return residents.verify_with_code(
            session, resident_id=person.resident_id, code=code, now=clock(), address=address
        )


def homes(store: Store, person: Person) -> list[HomeOf]:
    with store.read() as session:
        return residents.homes_of(session, person.resident_id)


# --- claims -----------------------------------------------------------------------------------------


def test_what_she_says_is_a_claim_and_said_twice_it_is_there_once(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    who = cast.stranger.resident_id
    for _ in range(2):
        with store.write() as session:
            claimed = residents.claim_home(
                session, resident_id=who, home="3-2-1201", by=actors.resident(who), now=clock()
            )
        assert claimed == HomeClaimed("3-2-1201", verified=False)
    assert homes(store, cast.stranger) == [HomeOf("3-2-1201", verified=False)]


def test_a_home_that_is_not_there_cannot_be_claimed(store: Store, cast: Cast, clock: HandClock) -> None:
    who = cast.stranger.resident_id
    with store.write() as session:
        claimed = residents.claim_home(
            session, resident_id=who, home="9-9-901", by=actors.resident(who), now=clock()
        )
    assert claimed == NoSuchHome("9-9-901")


def test_claiming_again_takes_no_proof_away(store: Store, cast: Cast, clock: HandClock) -> None:
    who = cast.wang.resident_id
    with store.write() as session:
        claimed = residents.claim_home(
            session, resident_id=who, home="3-2-1201", by=actors.resident(who), now=clock()
        )
    assert claimed == HomeClaimed("3-2-1201", verified=True)


def test_who_moved_out_has_no_home_there_any_more(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        leave = partial(
            residents.leave_home,
            session,
            resident_id=cast.wang.resident_id,
            home="3-2-1201",
            by=cast.li.by,
            now=clock(),
        )
        assert leave()
        assert not leave()
    assert homes(store, cast.wang) == []


# --- codes ------------------------------------------------------------------------------------------


def test_a_code_proves_the_home_however_it_is_typed(store: Store, cast: Cast, clock: HandClock) -> None:
    code = issue(store, cast, clock).code
    assert send(store, cast.stranger, f" {code.lower().replace('-', ' ')} ", clock) == Verified("3-2-1201")
    assert homes(store, cast.stranger) == [HomeOf("3-2-1201", verified=True)]
    with store.read() as session:
        what = set(session.scalars(select(AuditRow.what)))
        assert {"issue_home_code", "verify_home"} <= what


def test_a_code_works_once_but_the_same_person_may_repeat_it(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    code = issue(store, cast, clock).code
    assert send(store, cast.stranger, code, clock) == Verified("3-2-1201")
    assert send(store, cast.stranger, code, clock) == Verified("3-2-1201")
    assert send(store, cast.zhou, code, clock) == WrongCode()


def test_a_code_expires(store: Store, cast: Cast, clock: HandClock) -> None:
    issued = issue(store, cast, clock)
    clock.turn(THREE_DAYS)
    assert send(store, cast.stranger, issued.code, clock) == ExpiredCode(issued.expires_at)
    assert homes(store, cast.stranger) == []


def test_only_a_hash_of_the_code_is_kept(store: Store, cast: Cast, clock: HandClock) -> None:
    plain = issue(store, cast, clock).code.replace("-", "")
    with store.read() as session:
        kept = session.scalars(select(HomeCode.code_hash)).one()
    assert plain not in kept
    assert len(kept) == 64


def test_guessing_is_slowed_down_and_the_right_code_waits_too(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    code = issue(store, cast, clock).code
    for _ in range(5):
        assert send(store, cast.stranger, "AAAA-AAAA", clock) == WrongCode()
    assert isinstance(send(store, cast.stranger, code, clock), TooManyTries)
    clock.turn(minutes=16)
    assert send(store, cast.stranger, code, clock) == Verified("3-2-1201")


def test_guessing_under_ever_new_names_is_slowed_down_by_address(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        many = [Resident(created_at=clock()) for _ in range(20)]
        session.add_all(many)
    for resident in many:
        guess = Person(resident.id, 0)
        assert send(store, guess, "AAAA-AAAA", clock, address="203.0.113.9") == WrongCode()
    answer = send(store, cast.stranger, "AAAA-AAAA", clock, address="203.0.113.9")
    assert isinstance(answer, TooManyTries)


@pytest.mark.parametrize("code", ["", "转人工", "A" * 20_000, "\x00\ud800"])
def test_nonsense_is_a_wrong_code(store: Store, cast: Cast, clock: HandClock, code: str) -> None:
    assert send(store, cast.stranger, code, clock) == WrongCode()


def test_no_code_for_a_home_that_is_not_there(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        issued = residents.issue_home_code(
            session, home="9-9-901", by=cast.li.by, now=clock(), valid=THREE_DAYS
        )
    assert issued == NoSuchHome("9-9-901")


# --- phones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800001234", "138****1234"),
        ("057185550100", "057****0100"),
        ("85550100", "****100"),
        ("119", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_shown_number_hides_its_middle(phone: str | None, shown: str) -> None:
    assert residents.masked_phone(phone) == shown


def test_what_she_says_of_herself_is_kept(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        residents.remember_contact(session, resident_id=cast.wang.resident_id, phone="13800001234")
        residents.remember_contact(session, resident_id=cast.wang.resident_id, honorific="女士")
        wang = session.get_one(Resident, cast.wang.resident_id)
        assert (wang.name, wang.honorific, wang.phone) == ("王阿姨", "女士", "13800001234")


# --- the list of homes ------------------------------------------------------------------------------


def do_import(store: Store, text: str, clock: HandClock) -> Imported:
    with store.write() as session:
        return import_households(session, read_list(text), by=actors.OPERATOR, now=clock())


def test_the_sample_list_is_imported_and_a_second_time_changes_nothing(
    store: Store, clock: HandClock
) -> None:
    text = decode_list(SAMPLE.read_bytes())
    first, second = (do_import(store, text, clock) for _ in range(2))
    assert first.added >= 60
    assert not first.problems
    assert second == Imported(added=0, changed=0, unchanged=first.added, problems=())
    with store.read() as session:
        keys = set(session.scalars(select(Household.key)))
    assert {"3-2-1201", "3-2-1301", "3-2-1302"} <= keys
    assert any(key.startswith("7-1-") for key in keys)
    assert len({key.split("-")[0] for key in keys}) >= 5


def test_bad_lines_are_left_out_and_named(store: Store, clock: HandClock) -> None:
    text = (
        "楼栋,单元,房号,建筑面积\n"
        "3栋,2单元,1201室,89.5㎡\n"
        "3,2,,89.5\n"
        "3,2,三楼,89.5\n"
        "3,2,1301,很大\n"
        "03,2,1201,90\n"
        "3,2,1302,-5\n"
        "5,,201,\n"
    )
    done = do_import(store, text, clock)
    assert done.added == 2
    assert [(problem.line, problem.field) for problem in done.problems] == [
        (3, "room"),
        (4, "building, unit, room"),
        (5, "floor_area"),
        (6, "building, unit, room"),
        (7, "floor_area"),
    ]
    assert all(problem.mend for problem in done.problems)
    with store.read() as session:
        homes = {home.key: home.floor_area for home in session.scalars(select(Household))}
    assert homes == {"3-2-1201": Decimal("89.50"), "5-201": None}


def test_a_corrected_area_is_taken_over_and_an_empty_one_takes_nothing_away(
    store: Store, clock: HandClock
) -> None:
    head = "building,unit,room,floor_area\n"
    do_import(store, head + "3,2,1201,89.5\n", clock)
    assert do_import(store, head + "3,2,1201,\n", clock).unchanged == 1
    assert do_import(store, head + "3,2,1201,90\n", clock).changed == 1
    with store.read() as session:
        assert session.scalars(select(Household.floor_area)).one() == 90


def test_missing_columns_and_ragged_lines_are_named(store: Store, clock: HandClock) -> None:
    done = do_import(store, "栋,房间号码\n3,1201\n", clock)
    assert [problem.field for problem in done.problems] == ["room"]
    assert do_import(store, "building,unit,room\n3,2,1201,1,2,3\n4\n", clock).added == 1


def test_lists_as_spreadsheets_save_them() -> None:
    text = "楼栋,单元,房号\n3,2,1201\n"
    assert decode_list(text.encode("utf-8-sig")) == text
    assert decode_list(text.encode("gb18030")) == text
    with pytest.raises(UnicodeDecodeError):
        decode_list(b"\x81\xff\xff\x00")


def test_building_and_room_without_unit_ask_for_the_unit_only(store: Store, clock: HandClock) -> None:
    do_import(store, "building,unit,room\n3,1,1201\n3,2,1201\n5,1,201\n", clock)
    with store.read() as session:
        find = partial(find_home, session)
        assert find(HomeParts("3", "2", "1201")) == OneHome("3-2-1201")
        assert find(HomeParts("3", None, "1201")) == SeveralHomes(("3-1-1201", "3-2-1201"))
        assert find(HomeParts("5", None, "201")) == OneHome("5-1-201")
        assert find(HomeParts("5", "2", "201")) == NotInEstate()
        assert session.scalars(select(Residency)).all() == []
