"""Promised times 承诺时限 (R28): worked out once, kept, missed, and looked after by the clock.

Every time a promise must be looked at is a column. The clock's part is `watch_promise`: it looks again
whether the promise is as it was read, writes, and speaks in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES, Say, add_event, lock_case, tell_resident
from bot.desk.casework.promise_times import PromisedTime, promised_times, times_until
from bot.desk.casework.reaching import ask_to_call_unless_read
from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate
from bot.desk.people import notices
from bot.store import actors
from bot.store.states import PromiseState
from bot.store.tables import Case, Promise

PUT_OFF = timedelta(hours=1)
"""How long the clock leaves a row alone that it failed to handle."""


class PromiseInThePast(ValueError):
    """A promised time must lie ahead."""


@dataclass(frozen=True)
class Watched:
    """What the clock did with a promise; all False: nothing was due, or somebody else was first."""

    promise_id: int
    warned: bool = False
    told: bool = False
    missed: bool = False


@dataclass(frozen=True)
class Step:
    """What is due for an open promise now, and when to look again (None: never)."""

    warn: bool
    tell: bool
    missed: bool
    next_at: datetime | None


def make_promises(session: Session, case: Case, *, estate: Estate, now: datetime) -> list[Promise]:
    """Promise what the estate's SLA table says for this case, counted from `now`."""
    row = estate.sla_for(case.kind, case.category, case.urgency)
    calendar = WorkingCalendar.of(estate)
    times = promised_times(row, urgency=case.urgency, start=now, calendar=calendar, estate=estate)
    return [_add(session, case, time, source="sla", now=now) for time in times]


def promise_time(
    session: Session,
    case: Case,
    *,
    estate: Estate,
    what: str,
    due_at: datetime,
    by: str,
    now: datetime,
    say: Say | None = None,
) -> Promise:
    """A person promises a time of her own; it takes the place of the open one for the same thing.

    With `say` the resident is told. Raises PromiseInThePast, ValueError for an unknown `what`.
    """
    if what not in ("respond", "visit", "resolve"):
        raise ValueError(f"nothing is promised by the name {what!r}")
    if due_at <= now:
        raise PromiseInThePast(f"{due_at.isoformat()} is over")
    case = lock_case(session, case.id)
    earlier = _open(session, case.id, what)
    for promise in earlier:
        _settle(session, promise, PromiseState.CANCELLED)
    time = times_until(what, due_at, urgency=case.urgency, start=now, estate=estate)
    promise = _add(session, case, time, source=by, now=now)
    old = earlier[-1].due_at.isoformat() if earlier else None
    add_event(
        session, case, "promised", old=old, new=due_at.astimezone(UTC).isoformat(), note=what, by=by, now=now
    )
    if say is not None:
        slots = {"what": what, "due_at": due_at.isoformat()}
        tell_resident(session, case, "utter_promise_new_time", say=say, slots=slots, by=by, now=now)
    return promise


def keep_promise(session: Session, case: Case, what: str, *, by: str, now: datetime) -> Promise | None:
    """What was promised is done. Done too late it is a missed promise that was kept late.

    None when nothing of the kind is open. `case` must be locked by the caller or by this call.
    """
    case = lock_case(session, case.id)
    kept = None
    for promise in _open(session, case.id, what):
        late = now > promise.due_at
        _settle(session, promise, PromiseState.MISSED if late else PromiseState.KEPT, kept_at=now)
        add_event(session, case, "promise_late" if late else "promise_kept", new=what, by=by, now=now)
        kept = promise
    for promise in _missed_and_not_done(session, case.id, what):
        promise.kept_at = now
        add_event(session, case, "promise_late", new=what, by=by, now=now)
        kept = kept or promise
    session.flush()
    return kept


def cancel_promises(session: Session, case: Case) -> None:
    """The case is withdrawn or closed: nothing is owed any more."""
    for promise in _open(session, case.id):
        _settle(session, promise, PromiseState.CANCELLED)


def open_promises(session: Session, case_id: int) -> list[Promise]:
    """What is still owed on this case, the nearest first."""
    return _open(session, case_id)


# --- the clock's part -------------------------------------------------------------------------------


def due_promises(session: Session, now: datetime, *, limit: int = 100) -> list[int]:
    """The ids of promises that must be looked at now, the earliest first."""
    return list(
        session.scalars(
            select(Promise.id)
            .where(Promise.state == PromiseState.OPEN, Promise.next_at <= now)
            .order_by(Promise.next_at, Promise.id)
            .limit(limit)
        )
    )


def earliest_look(session: Session) -> datetime | None:
    """When the next promise must be looked at; None while none is open."""
    return session.scalars(
        select(Promise.next_at)
        .where(Promise.state == PromiseState.OPEN, Promise.next_at.is_not(None))
        .order_by(Promise.next_at)
        .limit(1)
    ).one_or_none()


def next_step(promise: Promise, now: datetime) -> Step:
    """What is due for this open promise at `now`; decides only, changes nothing."""
    missed = now >= promise.due_at
    warn = promise.warned_at is None and now >= promise.warn_at and not missed
    tell = promise.told_at is None and now >= promise.tell_at
    ahead = [at for at in (promise.warn_at, promise.tell_at, promise.due_at) if at > now]
    return Step(warn, tell, missed, None if missed else min(ahead))


def watch_promise(session: Session, promise_id: int, *, say: Say, now: datetime) -> Watched:
    """Do what is due for one promise, once, whoever else tries the same.

    The person in charge is warned, the resident is told before the time is over (or, if the desk was
    down, afterwards), a time that has passed is missed. Raises what `say` raises; nothing is kept then.
    """
    nothing = Watched(promise_id)
    read = session.get(Promise, promise_id)
    if read is None or read.next_at is None or read.next_at > now:
        return nothing
    case = lock_case(session, read.case_id)
    promise = session.get_one(Promise, promise_id, populate_existing=True)
    if promise.state != PromiseState.OPEN or promise.next_at is None or promise.next_at > now:
        return nothing
    if case.status not in OPEN_STATUSES:
        _settle(session, promise, PromiseState.CANCELLED)
        return nothing
    step = next_step(promise, now)
    if not _record(session, promise, step, now):
        return nothing
    _speak(session, case, promise, step, say, now)
    return Watched(promise_id, step.warn, step.tell, step.missed)


def put_off(session: Session, promise_id: int, *, now: datetime, reason: str) -> None:
    """Leave a promise that could not be handled alone for an hour, and show a person that it failed."""
    session.execute(
        update(Promise)
        .where(Promise.id == promise_id, Promise.state == PromiseState.OPEN, Promise.next_at <= now)
        .values(next_at=now + PUT_OFF)
    )
    case_id = session.scalar(select(Promise.case_id).where(Promise.id == promise_id))
    notices.give_notice(
        session,
        key=f"promise:{promise_id}:fault",
        kind="clock_fault",
        case_id=case_id,
        details={"reason": reason[:200]},
        now=now,
    )


def _record(session: Session, promise: Promise, step: Step, now: datetime) -> bool:
    """Write the step if the row is still as it was read; False: somebody else was first."""
    values: dict[str, object] = {"next_at": step.next_at}
    if step.warn:
        values["warned_at"] = now
    if step.tell:
        values["told_at"] = now
    if step.missed:
        values["state"] = PromiseState.MISSED
    changed = session.scalars(
        update(Promise)
        .where(
            Promise.id == promise.id, Promise.state == PromiseState.OPEN, Promise.next_at == promise.next_at
        )
        .values(values)
        .returning(Promise.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.refresh(promise)
    return bool(changed)


def _speak(session: Session, case: Case, promise: Promise, step: Step, say: Say, now: datetime) -> None:
    told = {"what": promise.what, "due_at": promise.due_at.isoformat()}
    for due, kind in ((step.warn, "promise_warning"), (step.missed, "promise_missed")):
        if due:
            add_event(session, case, kind, new=promise.what, by=actors.CLOCK, now=now)
            notices.give_notice(
                session,
                key=f"promise:{promise.id}:{kind}",
                kind=kind,
                # A broken word concerns everyone at the desk, the supervisor first of all.
                agent_id=None if step.missed else case.assignee_id,
                case_id=case.id,
                details={**told, "number": case.number, "person": case.person_in_charge},
                now=now,
            )
    if step.missed and promise.told_at is not None and not step.tell:
        # She was told of the delay in time, by a word that lies where she may not look (R28).
        ask_to_call_unless_read(session, case, told_at=promise.told_at, now=now)
    if step.tell:
        key = "utter_promise_missed" if step.missed else "utter_promise_delay"
        tell_resident(session, case, key, say=say, slots=told, by=actors.CLOCK, now=now)


def _add(session: Session, case: Case, time: PromisedTime, *, source: str, now: datetime) -> Promise:
    promise = Promise(
        case_id=case.id,
        what=time.what,
        due_at=time.due_at,
        source=source,
        state=PromiseState.OPEN,
        warn_at=time.warn_at,
        tell_at=time.tell_at,
        next_at=min(time.warn_at, time.tell_at),
        created_at=now,
    )
    session.add(promise)
    session.flush()
    session.expire(case, ["promises"])
    return promise


def _open(session: Session, case_id: int, what: str | None = None) -> list[Promise]:
    wanted = select(Promise).where(Promise.case_id == case_id, Promise.state == PromiseState.OPEN)
    if what is not None:
        wanted = wanted.where(Promise.what == what)
    fresh = wanted.order_by(Promise.due_at, Promise.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def _missed_and_not_done(session: Session, case_id: int, what: str) -> Sequence[Promise]:
    return session.scalars(
        select(Promise).where(
            Promise.case_id == case_id,
            Promise.what == what,
            Promise.state == PromiseState.MISSED,
            Promise.kept_at.is_(None),
        )
    ).all()


def _settle(
    session: Session, promise: Promise, state: PromiseState, *, kept_at: datetime | None = None
) -> None:
    promise.state, promise.kept_at, promise.next_at = state, kept_at, None
    session.flush()
