"""When a promise is due, and when it must speak up before that: pure functions of rule and calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate, SlaRow
from bot.store.states import Urgency


@dataclass(frozen=True)
class PromisedTime:
    """One promise: `warn_at` ≤ `tell_at` ≤ `due_at`, in UTC. `what` is respond, visit or resolve."""

    what: str
    due_at: datetime
    warn_at: datetime
    tell_at: datetime


def promised_times(
    row: SlaRow, *, urgency: Urgency, start: datetime, calendar: WorkingCalendar, estate: Estate
) -> tuple[PromisedTime, ...]:
    """What a row of the SLA table promises a case that is opened at `start`."""
    always = row.clock == "always"

    def after(duration: timedelta) -> datetime:
        return calendar.due(start, duration, always=always)

    return tuple(
        _in_order(
            what,
            due_at=after(duration),
            warn_at=after(duration - estate.promises.warn.of(duration)),
            tell_at=_decent(after(duration - _tell_lead(duration, estate)), start, urgency, estate),
        )
        for what, duration in row.times().items()
    )


def times_until(
    what: str, due_at: datetime, *, urgency: Urgency, start: datetime, estate: Estate
) -> PromisedTime:
    """A time a person promised at `start` on her own; it runs around the clock."""
    promised = due_at - start
    tell_at = due_at - _tell_lead(promised, estate)
    return _in_order(
        what,
        due_at=due_at,
        warn_at=due_at - estate.promises.warn.of(promised),
        tell_at=_decent(tell_at, start, urgency, estate),
    )


def _tell_lead(promised: timedelta, estate: Estate) -> timedelta:
    """At most half of the promised time: with five minutes promised, nobody hears at once of a delay."""
    return min(estate.promises.tell.of(promised), promised / 2)


def _in_order(what: str, *, due_at: datetime, warn_at: datetime, tell_at: datetime) -> PromisedTime:
    utc = [at.astimezone(UTC) for at in (due_at, min(warn_at, tell_at), tell_at)]
    return PromisedTime(what, *utc)


def _decent(tell_at: datetime, start: datetime, urgency: Urgency, estate: Estate) -> datetime:
    """Not in the middle of the night, where nothing is urgent: moved to before the quiet hours begin.

    A promise made within these same quiet hours keeps its time: she must hear of a delay beforehand.
    """
    if urgency != Urgency.NORMAL:
        return tell_at
    begins, ends = estate.promises.quiet_hours
    local = tell_at.astimezone(estate.zone)
    minute = local.hour * 60 + local.minute
    quiet = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if not quiet:
        return tell_at
    days_back = 1 if minute < begins else 0
    evening = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_back)
    earlier = (evening + timedelta(minutes=begins)).astimezone(UTC)
    return earlier if earlier > start else tell_at
