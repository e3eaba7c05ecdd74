"""The clock's lease: one desk turns the clock at a time, each due row in a transaction of its own."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.store import leases
from bot.store.engine import Store
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

LEASE = "clock"
LEASE_LASTS = timedelta(seconds=15)
"""It is taken for one round, renewed with every row and given back: only of a desk killed in the middle of
a round the others wait for its end."""

Done = TypeVar("Done", covariant=True)
Now = Callable[[], datetime]


class Work(Protocol[Done]):
    """Does what is due for one row."""

    def __call__(self, session: Session, *, now: datetime) -> Done: ...


class PutOff(Protocol):
    """Leaves a row that failed for later, and says why."""

    def __call__(self, session: Session, *, now: datetime, reason: str) -> None: ...


class LeaseLost(Exception):
    """Another desk turns the clock now."""


@dataclass(frozen=True)
class ClockLease:
    """The lease as one desk holds it."""

    store: Store
    desk: str
    now: Now

    def take(self) -> bool:
        """Take it for one round. False while another desk has it."""
        with self.store.write() as session:
            return self._hold(session, self.now())

    def apart(
        self, work: Work[Done], *, put_off: PutOff, event: str, which: Mapping[str, object]
    ) -> Done | None:
        """Do one due row under the lease. None where it failed: reported as `event` and put off.

        Raises LeaseLost where another desk turns the clock now, StoreError where the store is busy or away.
        """
        at = self.now()
        try:
            with self.store.write() as session:
                if not self._hold(session, at):
                    raise LeaseLost
                return work(session, now=at)
        except (StoreError, LeaseLost):
            raise  # no fault of this row
        except Exception as fault:
            # Whatever it is, one bad row must not stop the others.
            log.exception(event, extra=dict(which))
            with self.store.write() as session:
                put_off(session, now=at, reason=f"{type(fault).__name__}: {fault}")
            return None

    def release(self) -> None:
        """Give it back; a store that is away is only reported, the lease runs out by itself."""
        try:
            with self.store.write() as session:
                leases.release(session, LEASE, owner=self.desk)
        except StoreError as fault:
            log.warning("clock.lease_not_released", extra={"error": str(fault)})

    def _hold(self, session: Session, at: datetime) -> bool:
        return leases.hold(session, LEASE, owner=self.desk, now=at, lasts=LEASE_LASTS)
