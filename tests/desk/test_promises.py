"""Promised times: worked out once, warned of, told before they are over, kept or missed (R28)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.desk.casework.case_rows import Say, case_slots
from bot.desk.casework.cases import withdraw_case
from bot.desk.casework.promise_times import promised_times, times_until
from bot.desk.casework.promises import (
    PromiseInThePast,
    Watched,
    due_promises,
    earliest_look,
    keep_promise,
    promise_time,
    put_off,
    watch_promise,
)
from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import SlaRow
from bot.desk.wording.speaking import speaker
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, CaseStatus, Lane, PromiseState, Sender, Urgency
from bot.store.tables import Case, CaseEvent, Message, Notice, OutboxRow, Promise
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, make_cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.support.examples import times

ESTATE = sample_estate()
CALENDAR = WorkingCalendar.of(ESTATE)
SHANGHAI = ZoneInfo("Asia/Shanghai")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
rows = st.sampled_from(ESTATE.sla)
urgencies = st.sampled_from(list(Urgency))


def say(now: datetime) -> Say:
    return speaker(sample_words(), ESTATE, now=now)


def look(store: Store, promise_id: int, now: datetime) -> Watched:
    with store.write() as session:
        return watch_promise(session, promise_id, say=say(now), now=now)


def visit_of(store: Store, cast: Cast, clock: HandClock) -> int:
    """The visit promised to 王阿姨 in 45 minutes; the other promises are out of the way."""
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        for promise in case.promises:
            if promise.what != "visit":
                promise.state, promise.next_at = PromiseState.KEPT, None
        return next(promise.id for promise in case.promises if promise.what == "visit")


def words_to(store: Store, cast: Cast) -> list[str]:
    with store.read() as session:
        wanted = select(Message.text).where(
            Message.conversation_id == cast.wang.conversation_id, Message.sender == Sender.SYSTEM
        )
        return list(session.scalars(wanted.order_by(Message.seq)))


@settings(max_examples=times(200), deadline=None)
@given(rows, urgencies, moments)
def test_it_speaks_up_first_to_us_then_to_her_then_it_is_due(
    row: SlaRow, urgency: Urgency, start: datetime
) -> None:
    times = promised_times(row, urgency=urgency, start=start, calendar=CALENDAR, estate=ESTATE)
    assert [time.what for time in times] == list(row.times())
    for time in times:
        assert start <= time.warn_at <= time.tell_at < time.due_at
    assert [time.due_at for time in times] == sorted(time.due_at for time in times)


@settings(max_examples=times(200), deadline=None)
@given(moments, moments, urgencies)
def test_a_time_of_a_persons_own_speaks_up_in_time(start: datetime, end: datetime, urgency: Urgency) -> None:
    if start < end:
        time = times_until("visit", end, urgency=urgency, start=start, estate=ESTATE)
        assert start <= time.warn_at <= time.tell_at < time.due_at == end


def test_an_inquiry_runs_in_office_hours_only() -> None:
    row = ESTATE.sla_for(CaseKind.INQUIRY, "other", Urgency.NORMAL)
    evening = datetime(2026, 11, 27, 17, tzinfo=SHANGHAI)  # Friday
    (answer,) = promised_times(row, urgency=Urgency.NORMAL, start=evening, calendar=CALENDAR, estate=ESTATE)
    assert answer.due_at == datetime(2026, 11, 28, 12, tzinfo=SHANGHAI)  # Saturday: 1 h + 3 h


def test_nobody_is_told_of_a_delay_at_night_where_nothing_is_urgent() -> None:
    row = ESTATE.sla_for(CaseKind.COMPLAINT, "noise", Urgency.NORMAL)
    start = datetime(2026, 11, 25, 3, tzinfo=SHANGHAI)
    answer, _ = promised_times(row, urgency=Urgency.NORMAL, start=start, calendar=CALENDAR, estate=ESTATE)
    assert answer.due_at == datetime(2026, 11, 26, 3, tzinfo=SHANGHAI)
    assert answer.tell_at == datetime(2026, 11, 25, 22, tzinfo=SHANGHAI)


def test_an_urgent_matter_is_told_of_at_night() -> None:
    row = ESTATE.sla_for(CaseKind.REPAIR, "lift", Urgency.URGENT)
    start = datetime(2026, 11, 25, 2, tzinfo=SHANGHAI)
    _, visit, _ = promised_times(row, urgency=Urgency.URGENT, start=start, calendar=CALENDAR, estate=ESTATE)
    assert visit.tell_at.astimezone(SHANGHAI).hour == 2


def test_nobody_is_told_of_a_delay_when_a_short_promise_has_just_been_made() -> None:
    start = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    row = ESTATE.sla_for(CaseKind.REPAIR, "leak", Urgency.EMERGENCY)
    times = promised_times(row, urgency=Urgency.EMERGENCY, start=start, calendar=CALENDAR, estate=ESTATE)
    assert all(start < start + (time.due_at - start) / 2 <= time.tell_at for time in times)


def test_a_promise_nearing_its_end_warns_then_tells_then_is_missed(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    assert look(store, promise_id, clock.turn(minutes=30)) == Watched(promise_id)

    # 45 min × 0.3 = 13.5 min before the end.
    assert look(store, promise_id, clock.turn(minutes=2)) == Watched(promise_id, warned=True)
    assert words_to(store, cast) == []

    # 45 min × 0.15 = 6.75 min before the end.
    assert look(store, promise_id, clock.turn(minutes=7)) == Watched(promise_id, told=True)
    (told,) = words_to(store, cast)
    assert "BX2026-0001" in told
    assert "今天09:45前" in told
    assert "张建国" in told

    assert look(store, promise_id, clock.turn(minutes=10)) == Watched(promise_id, missed=True)
    assert len(words_to(store, cast)) == 1
    with store.read() as session:
        assert session.get_one(Promise, promise_id).state == PromiseState.MISSED
        kinds = list(session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id)))
        assert kinds == ["opened", "promise_warning", "told", "promise_missed"]
        notices = session.scalars(select(Notice).order_by(Notice.id)).all()
        assert [notice.kind for notice in notices] == ["promise_warning", "promise_missed"]
        lanes = session.scalars(select(OutboxRow.lane)).all()
        assert lanes == [Lane.PEOPLE]
        assert earliest_look(session) is None


def test_looking_twice_at_the_same_time_says_nothing_twice(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    now = clock.turn(minutes=40)
    assert look(store, promise_id, now) == Watched(promise_id, warned=True, told=True)
    assert look(store, promise_id, now) == Watched(promise_id)
    assert len(words_to(store, cast)) == 1


def test_many_desks_looking_at_once_speak_once(store: Store, cast: Cast, clock: HandClock) -> None:
    promise_id = visit_of(store, cast, clock)
    now = clock.turn(minutes=40)
    with ThreadPoolExecutor(6) as desks:
        done = list(desks.map(lambda _: look(store, promise_id, now), range(6)))
    assert [one.told for one in done].count(True) == 1
    assert len(words_to(store, cast)) == 1
    with store.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_after_an_outage_she_is_told_honestly_that_it_is_over(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    assert look(store, promise_id, clock.turn(hours=3)) == Watched(promise_id, told=True, missed=True)
    (told,) = words_to(store, cast)
    assert "没有做到" in told
    assert look(store, promise_id, clock.turn(hours=1)) == Watched(promise_id)


def test_a_second_late_case_is_told_without_the_same_apology(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    """Two of 王阿姨's cases are late at the same time: both are told, one apology."""
    promises = [visit_of(store, cast, clock) for _ in range(2)]
    now = clock.turn(minutes=40)
    assert all(look(store, one, now).told for one in promises)
    first, second = words_to(store, cast)
    assert "非常抱歉" in first
    assert "抱歉" not in second
    assert "可能要比约定的时间晚" in second


def test_a_word_that_cannot_be_made_leaves_everything_as_it_was(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    now = clock.turn(minutes=40)

    def broken(key: str, slots: object) -> str:
        raise KeyError(key)

    with pytest.raises(KeyError), store.write() as session:
        watch_promise(session, promise_id, say=broken, now=now)
    with store.write() as session:
        promise = session.get_one(Promise, promise_id)
        assert (promise.warned_at, promise.told_at) == (None, None)
        assert session.scalars(select(Notice)).all() == []
        put_off(session, promise_id, now=now, reason="KeyError")
    with store.read() as session:
        assert session.get_one(Promise, promise_id).next_at == now + timedelta(hours=1)
        assert [notice.kind for notice in session.scalars(select(Notice))] == ["clock_fault"]
        assert due_promises(session, now) == []


def test_kept_in_time_it_is_kept_and_nobody_hears_more(store: Store, cast: Cast, clock: HandClock) -> None:
    promise_id = visit_of(store, cast, clock)
    with store.write() as session:
        promise = session.get_one(Promise, promise_id)
        case = session.get_one(Case, promise.case_id)
        keep_promise(session, case, "visit", by=cast.li.by, now=clock.turn(minutes=20))
    assert look(store, promise_id, clock.turn(hours=1)) == Watched(promise_id)
    with store.read() as session:
        assert session.get_one(Promise, promise_id).state == PromiseState.KEPT


def test_kept_late_it_stays_missed_with_the_time_it_was_done(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    look(store, promise_id, clock.turn(minutes=50))
    with store.write() as session:
        case = session.get_one(Case, session.get_one(Promise, promise_id).case_id)
        keep_promise(session, case, "visit", by=cast.li.by, now=clock.turn(minutes=15))
        promise = session.get_one(Promise, promise_id)
        assert (promise.state, promise.kept_at) == (PromiseState.MISSED, clock())
        assert session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id.desc())).first() == "promise_late"


def test_a_promise_of_a_case_that_ended_otherwise_is_let_go(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    with store.write() as session:
        case = session.get_one(Case, session.get_one(Promise, promise_id).case_id)
        case.status = CaseStatus.CLOSED
    assert look(store, promise_id, clock.turn(hours=1)) == Watched(promise_id)
    with store.read() as session:
        assert session.get_one(Promise, promise_id).state == PromiseState.CANCELLED
    assert words_to(store, cast) == []


def test_xiaoli_promises_another_time_and_the_resident_hears_it(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    promise_id = visit_of(store, cast, clock)
    later = clock() + timedelta(hours=3)
    with store.write() as session:
        case = session.get_one(Case, session.get_one(Promise, promise_id).case_id)
        promise = promise_time(
            session,
            case,
            estate=ESTATE,
            what="visit",
            due_at=later,
            by=cast.li.by,
            now=clock(),
            say=say(clock()),
        )
        assert (promise.source, promise.due_at) == (cast.li.by, later)
        assert session.get_one(Promise, promise_id).state == PromiseState.CANCELLED
    assert "今天12:00前上门" in words_to(store, cast)[0]
    assert look(store, promise.id, later).missed


def test_a_time_that_is_over_cannot_be_promised(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        promise = partial(promise_time, session, case, estate=ESTATE, by=cast.li.by, now=clock())
        with pytest.raises(PromiseInThePast):
            promise(what="visit", due_at=clock())
        with pytest.raises(ValueError, match="miracle"):
            promise(what="miracle", due_at=clock() + timedelta(hours=1))


def test_the_earliest_look_is_what_the_clock_waits_for(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        assert earliest_look(session) is None
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        first = min(promise.warn_at for promise in case.promises)
        assert earliest_look(session) == first
        assert len(due_promises(session, first)) == 1
        withdraw_case(session, case, by=actors.BOT, now=clock())
        assert earliest_look(session) is None


@pytest.mark.parametrize("what", ["respond", "visit", "resolve"])
@pytest.mark.parametrize("key", ["utter_promise_delay", "utter_promise_missed", "utter_promise_new_time"])
def test_each_word_about_a_promise_names_the_case_the_time_and_who(
    sqlite_store: Store, clock: HandClock, key: str, what: str
) -> None:
    cast = make_cast(sqlite_store, now=clock())
    with sqlite_store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, clock()))
        slots = {**case_slots(case), "what": what, "due_at": clock().isoformat()}
    text = say(clock())(key, slots)
    assert all(part in text for part in ("BX2026-0001", "今天09:00前", "张建国"))


@pytest.mark.parametrize("key", ["utter_case_assigned", "utter_case_resolved", "utter_case_reopened"])
@pytest.mark.parametrize("result", [None, "更换了皮带"])
def test_each_word_about_progress_names_the_case(
    sqlite_store: Store, clock: HandClock, key: str, result: str | None
) -> None:
    cast = make_cast(sqlite_store, now=clock())
    with sqlite_store.write() as session:
        slots = case_slots(case_of(session, open_lift_case(session, cast.wang, clock())))
    assert "BX2026-0001" in say(clock())(key, {**slots, "result": result})
