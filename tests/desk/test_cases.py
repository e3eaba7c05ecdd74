"""Cases from their opening to their end: numbers, moves, who is in charge, what the resident hears."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from bot.desk.casework import cases
from bot.desk.casework.cases import MOVES, IllegalCaseMove, NoSuchHousehold
from bot.desk.wording.speaking import speaker
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, CaseStatus, Delivery, PromiseState, Sender, Urgency
from bot.store.tables import Case, CaseEvent, Message, Notice, Promise
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words

ESTATE = sample_estate()


def test_a_new_case_has_a_number_a_named_person_and_promised_times(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        opened = open_lift_case(session, cast.wang, clock())
    assert opened.number == "BX2026-0001"
    assert (opened.department, opened.person) == ("工程维修部", "张建国")
    due = {promise.what: promise.due_at - clock() for promise in opened.promises}
    assert due == {
        "respond": timedelta(minutes=15),
        "visit": timedelta(minutes=45),
        "resolve": timedelta(hours=12),
    }


def test_numbers_run_per_kind_and_year_of_the_estate(store: Store, cast: Cast, clock: HandClock) -> None:
    new_year_there = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)  # 00:01 on 1 January in Shanghai
    with store.write() as session:
        first = open_lift_case(session, cast.wang, clock())
        complaint = open_lift_case(
            session, cast.wang, clock(), kind=CaseKind.COMPLAINT, category="noise", urgency=Urgency.NORMAL
        )
        second = open_lift_case(session, cast.zhou, clock())
        next_year = open_lift_case(session, cast.wang, new_year_there)
    assert [case.number for case in (first, complaint, second, next_year)] == [
        "BX2026-0001",
        "TS2026-0001",
        "BX2026-0002",
        "BX2027-0001",
    ]


def test_numbers_have_no_gaps_and_no_doubles_when_many_desks_open_at_once(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    def open_one(turn: int) -> str | None:
        try:
            with store.write() as session:
                opened = open_lift_case(session, cast.wang, clock())
                if turn % 3 == 0:
                    raise RuntimeError("the desk fails after the number was given out")
                return opened.number
        except RuntimeError:
            return None

    with ThreadPoolExecutor(6) as desks:
        numbers = sorted(number for number in desks.map(open_one, range(18)) if number)
    assert numbers == [f"BX2026-{number:04d}" for number in range(1, 13)]


def test_a_home_that_the_estate_does_not_have_opens_nothing(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with pytest.raises(NoSuchHousehold), store.write() as session:
        open_lift_case(session, cast.wang, clock(), household_key="99-9-9999")
    with store.read() as session:
        assert session.scalars(select(Case)).all() == []


@pytest.mark.parametrize(("old", "new"), list(product(CaseStatus, CaseStatus)))
def test_only_the_moves_of_the_table_are_made(
    sqlite_store: Store, clock: HandClock, old: CaseStatus, new: CaseStatus
) -> None:
    with sqlite_store.write() as session:
        opened = cases.open_case(
            session,
            estate=ESTATE,
            kind=CaseKind.REPAIR,
            category="other",
            urgency=Urgency.NORMAL,
            summary="",
            place=None,
            since=None,
            contact=None,
            household_key=None,
            resident_id=None,
            conversation_id=None,
            by=actors.BOT,
            now=clock(),
        )
        case = case_of(session, opened)
        case.status = old
        session.flush()
        if new in MOVES[old]:
            event = cases.change_status(session, case, new, by=actors.OPERATOR, now=clock(), why="试一试")
            assert (event.old, event.new, event.by, event.note) == (old, new, "operator", "试一试")
        else:
            with pytest.raises(IllegalCaseMove, match=opened.number):
                cases.change_status(session, case, new, by=actors.OPERATOR, now=clock())
            assert case.status == old


def test_the_resident_hears_who_comes_and_xiaoli_hears_that_it_is_hers(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        say = speaker(sample_words(), ESTATE, now=clock())
        cases.assign_case(
            session, case, agent_id=cast.li.agent_id, by=cast.chen.by, now=clock.turn(minutes=5), say=say
        )
    with store.read() as session:
        case = session.scalars(select(Case)).one()
        assert (case.status, case.person_in_charge) == (CaseStatus.ASSIGNED, "小李")
        message = session.scalars(select(Message).where(Message.sender == Sender.SYSTEM)).one()
        assert "BX2026-0001" in message.text
        assert "小李" in message.text
        assert message.outbox is not None
        assert message.outbox.state == Delivery.QUEUED
        notice = session.scalars(select(Notice)).one()
        assert (notice.agent_id, notice.kind) == (cast.li.agent_id, "case_assigned")
        kept = {promise.what: promise.state for promise in case.promises}
        assert kept["respond"] == PromiseState.KEPT
        assert kept["visit"] == PromiseState.OPEN


def test_what_a_machine_does_is_no_answer_of_a_person(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.assign_case(session, case, person="李师傅", by=actors.BOT, now=clock())
        states = {promise.what: promise.state for promise in case.promises}
    assert states["respond"] == PromiseState.OPEN


def test_a_resolved_case_keeps_its_promises_and_the_resident_reads_the_result(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.start_case(session, case, by=cast.li.by, now=clock.turn(minutes=30))
        now = clock.turn(hours=2)
        say = speaker(sample_words(), ESTATE, now=now)
        cases.resolve_case(session, case, result="更换了门机皮带", by=cast.li.by, now=now, say=say)
        told = session.scalars(select(Message).where(Message.sender == Sender.SYSTEM)).one()
        states = {promise.what: promise.state for promise in case.promises}
    assert "更换了门机皮带" in told.text
    # 30 minutes is too late for the response promised in 15, and in time for the visit.
    assert states == {
        "respond": PromiseState.MISSED,
        "visit": PromiseState.KEPT,
        "resolve": PromiseState.KEPT,
    }


def test_a_case_taken_by_telephone_asks_a_person_to_call(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        opened = open_lift_case(session, cast.wang, clock(), conversation_id=None)
        say = speaker(sample_words(), ESTATE, now=clock())
        cases.resolve_case(
            session, case_of(session, opened), result="好了", by=cast.li.by, now=clock(), say=say
        )
        notices = session.scalars(select(Notice)).all()
        assert session.scalars(select(Message)).all() == []
    assert [(notice.kind, notice.details["contact"]) for notice in notices] == [
        ("call_resident", "13800001234")
    ]


def test_reopened_the_promised_times_run_anew(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.resolve_case(session, case, result="", by=cast.li.by, now=clock.turn(minutes=10))
        now = clock.turn(hours=3)
        cases.reopen_case(session, case, estate=ESTATE, by=actors.BOT, now=now, why="还是不行")
        still_owed = [one.due_at - now for one in case.promises if one.state == PromiseState.OPEN]
    assert case.status == CaseStatus.REOPENED
    assert still_owed == [timedelta(minutes=15), timedelta(minutes=45), timedelta(hours=12)]


def test_withdrawn_nothing_is_owed_any_more(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.withdraw_case(session, case, by=actors.resident(cast.wang.resident_id), now=clock())
        assert {promise.state for promise in case.promises} == {PromiseState.CANCELLED}
        assert case.closed_at == clock()


def test_urging_reminds_the_person_in_charge_and_counts(store: Store, cast: Cast, clock: HandClock) -> None:
    by = actors.resident(cast.wang.resident_id)
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.urge_case(session, case, by=by, now=clock.turn(minutes=1))
        urged = cases.urge_case(session, case, by=by, now=clock.turn(minutes=20))
        notices = session.scalars(select(Notice).where(Notice.kind == "case_urged")).all()
    assert (urged.count, urged.person) == (2, "张建国")
    assert urged.next_due is not None
    assert urged.next_due.what == "visit"  # the response is over already
    assert len(notices) == 2


def test_a_finished_case_cannot_be_hurried(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.resolve_case(session, case, result="", by=cast.li.by, now=clock())
        with pytest.raises(IllegalCaseMove):
            cases.urge_case(session, case, by=actors.BOT, now=clock())


def test_notes_stay_among_colleagues(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        cases.add_note(session, case, " 配件已下单 ", by=cast.li.by, now=clock())
        with pytest.raises(ValueError, match="empty"):
            cases.add_note(session, case, "  ", by=cast.li.by, now=clock())
        notes = session.scalars(select(CaseEvent).where(CaseEvent.kind == "note")).all()
        assert [(note.note, note.by) for note in notes] == [("配件已下单", cast.li.by)]
        assert session.scalars(select(Message)).all() == []


def test_one_of_two_who_finish_the_same_case_is_refused(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case_id = open_lift_case(session, cast.wang, clock()).id

    def finish(turn: int) -> bool:
        try:
            with store.write() as session:
                case = session.get_one(Case, case_id)
                cases.resolve_case(session, case, result=f"{turn}", by=cast.li.by, now=clock())
        except IllegalCaseMove:
            return False
        return True

    with ThreadPoolExecutor(2) as colleagues:
        assert sorted(colleagues.map(finish, range(2))) == [False, True]
    with store.read() as session:
        assert len(session.scalars(select(Promise).where(Promise.kept_at.is_not(None))).all()) == 3
        resolved = select(CaseEvent).where(CaseEvent.new == CaseStatus.RESOLVED)
        assert len(session.scalars(resolved).all()) == 1
