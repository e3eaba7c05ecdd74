"""Sends pages over the devices outside the house: claimed by lease, tried again, written down.

The desk page is no device here: `bot/workspace/alarms` marks its pages when a person's screen shows them.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.desk.emergencies.alarms import conversations_of
from bot.desk.emergencies.help import page_delivered
from bot.desk.emergencies.telling import Telling
from bot.desk.paging import ClaimedPage, claim_page, mark_page_failed
from bot.messaging.emergencies import PAGES
from bot.messaging.live import DESK, OUTBOX, Hub
from bot.messaging.paging.base import PageDevice, PageFault
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Paging:
    """How the pager works."""

    look_every: float = 1.0
    lease: timedelta = timedelta(seconds=30)
    patience: float = 15.0
    """Seconds a device may take; less than the lease."""
    at_once: int = 8


class Pager:
    """One per desk process. Without devices it has nothing to do."""

    def __init__(
        self,
        *,
        work: StoreWork,
        hub: Hub,
        devices: Sequence[PageDevice],
        telling: Telling,
        desk_id: str,
        now: Callable[[], datetime],
        paging: Paging | None = None,
    ) -> None:
        self._work = work
        self._hub = hub
        self._devices = {device.name: device for device in devices}
        self._telling = telling
        self._desk = desk_id
        self._now = now
        self._how = paging or Paging()
        self._slots = asyncio.Semaphore(self._how.at_once)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until cancelled; a page under way then is sent again when its lease is over."""
        if not self._devices:
            return
        try:
            with self._hub.subscribe(PAGES) as wake:
                while True:
                    if not await self._start_one():
                        await wake.wait(self._how.look_every)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def close(self) -> None:
        """Close the devices' connections."""
        for device in self._devices.values():
            await device.close()

    async def _start_one(self) -> bool:
        await self._slots.acquire()
        try:
            page = await self._work.write(self._claim)
        except StoreError as error:
            log.warning("pager.store_fault", extra={"error": str(error)})
            page = None
        except BaseException:
            self._slots.release()
            raise
        if page is None:
            self._slots.release()
            return False
        task = asyncio.create_task(self._send(page))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return True

    def _claim(self, session: Session) -> ClaimedPage | None:
        return claim_page(
            session, desk=self._desk, devices=list(self._devices), now=self._now(), lease=self._how.lease
        )

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _send(self, page: ClaimedPage) -> None:
        """One page to its device, and what came of it. Nothing escapes."""
        try:
            fault = await self._fault_of(page)
            told = await self._work.write(lambda session: self._mark(session, page, fault))
        except StoreError as error:
            # Taken perhaps, and not written down: the lease ends and it is sent again. Twice is no harm.
            log.error("pager.outcome_not_kept", extra={"page": page.page_id, "error": str(error)})
        except Exception:
            log.exception("pager.fault", extra={"page": page.page_id})
        else:
            self._hub.publish(OUTBOX)
            self._hub.publish(DESK)
            for conversation_id in told:
                self._hub.conversation_changed(conversation_id)

    async def _fault_of(self, page: ClaimedPage) -> PageFault | None:
        try:
            async with asyncio.timeout(self._how.patience):
                await self._devices[page.device].send(page)
        except PageFault as fault:
            log.warning("pager.not_taken", extra={"page": page.page_id, "error": str(fault)})
            return fault
        except TimeoutError:
            return PageFault(f"no answer within {self._how.patience:.0f} s")
        return None

    def _mark(self, session: Session, page: ClaimedPage, fault: PageFault | None) -> Sequence[int]:
        now = self._now()
        if fault is None:
            delivered = page_delivered(session, page.page_id, desk=self._desk, telling=self._telling, now=now)
            return conversations_of(session, page.alarm_id) if delivered else ()
        mark_page_failed(
            session, page.page_id, desk=self._desk, error=str(fault), permanent=fault.permanent, now=now
        )
        return ()
