"""Receives updates: one desk at a time by lease, raw updates and next offset stored in one transaction.

Polling asks for what comes after the offset in the store, so an update is confirmed to Telegram only by
the call that follows its commit. With a webhook the route stores (webhook.py), and this keeps it set.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.names import NEWS
from bot.messaging.channels.telegram.status import MENDS, Status, tell_desk, tell_outage
from bot.messaging.channels.telegram.updates import bot_row, forget_old, keep_updates, next_offset
from bot.messaging.live import Hub
from bot.messaging.work import StoreWork
from bot.store import leases
from bot.store.channel_tables import TelegramBot
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

OUTAGE: Final = timedelta(hours=24)
"""Telegram keeps updates so long."""


class LeaseLost(Exception):
    """Another desk receives for this bot now."""


@dataclass(frozen=True)
class Receiving:
    """How receiving works; seconds."""

    poll: int = 25
    batch: int = 100
    lease: timedelta = timedelta(seconds=15)
    look_every: float = 2.0
    silent_after: float = 90.0
    """No answer for so long: the loop is started again with new connections."""
    first_retry: float = 0.5
    longest_retry: float = 30.0
    webhook_look: float = 60.0


class Receiver:
    """One per desk process; `beside` runs while this desk holds the lease (the intake)."""

    def __init__(
        self,
        *,
        api: TelegramApi,
        work: StoreWork,
        hub: Hub,
        desk_id: str,
        now: Callable[[], datetime],
        beside: Callable[[], Awaitable[None]],
        webhook: tuple[str, str] | None = None,
        how: Receiving | None = None,
    ) -> None:
        """`webhook`: address and secret; None: polling."""
        self._api = api
        self._work = work
        self._hub = hub
        self._desk = desk_id
        self._now = now
        self._beside = beside
        self._webhook = webhook
        self._how = how or Receiving()
        self._lease = f"telegram:{api.bot_id}"
        self._answered_at = 0.0
        self._failed = 0
        self.status = Status()

    async def run(self) -> None:
        """Receive whenever no other desk does, until cancelled."""
        while True:
            try:
                if await self._work.write(self._hold):
                    await self._while_held()
                else:
                    self.status.change("standing_by")
                await asyncio.sleep(self._how.look_every)
            except StoreError as error:
                log.warning("telegram.store_fault", extra={"error": str(error)})
                await asyncio.sleep(self._how.look_every)

    async def _while_held(self) -> None:
        jobs = (self._renew(), self._watched(), self._beside())
        tasks: list[asyncio.Task[None]] = [asyncio.ensure_future(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        except LeaseLost:
            log.warning("telegram.lease_lost")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(StoreError):  # then it runs out by itself
                await asyncio.shield(self._work.write(self._release))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._how.lease.total_seconds() / 3)
            try:
                if not await self._work.write(self._hold):
                    raise LeaseLost
            except StoreError as error:
                log.warning("telegram.store_fault", extra={"error": str(error)})

    async def _watched(self) -> None:
        """Run the loop, and start it again when nothing at all was heard for too long."""
        while True:
            self._answered_at = asyncio.get_running_loop().time()
            loop = asyncio.create_task(self._keep_webhook() if self._webhook else self._poll())
            try:
                while not loop.done():
                    await asyncio.wait([loop], timeout=self._how.silent_after / 4)
                    silent = asyncio.get_running_loop().time() - self._answered_at
                    if not loop.done() and silent > self._how.silent_after:
                        self.status.change("hung", f"{silent:.0f} s without an answer")
                        break
                else:
                    return loop.result()
            finally:
                loop.cancel()
                await asyncio.gather(loop, return_exceptions=True)
            await self._api.reopen()

    # --- polling -----------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        await self._until_done(self._api.delete_webhook)
        while True:
            try:
                offset = await self._work.read(self._offset)
                batch = await self._api.get_updates(
                    offset=offset, limit=self._how.batch, seconds=self._how.poll
                )
                self._heard()
                if await self._work.write(partial(self._keep, batch=batch)):
                    self._hub.publish(NEWS)
            except ApiFault as fault:
                await self._pause(fault)
                if fault.code == 409 and "webhook" in fault.description:
                    await self._until_done(self._api.delete_webhook)
            except StoreError as error:
                # Not stored, so not confirmed: Telegram gives them again.
                log.error("telegram.not_stored", extra={"error": str(error)})
                await asyncio.sleep(self._how.look_every)

    def _offset(self, session: Session) -> int | None:
        row = session.get(TelegramBot, self._api.bot_id)
        return row.next_offset if row is not None else None

    def _keep(self, session: Session, *, batch: list[Any]) -> int:
        """The batch and where to go on, in one transaction; the call after it confirms the batch."""
        now = self._now()
        if not self._hold(session):
            raise LeaseLost
        self._note_heard(session, now)
        row = bot_row(session, self._api.bot_id)
        offset = next_offset(batch)
        if offset is not None:
            row.next_offset = offset
        return keep_updates(session, self._api.bot_id, batch, now=now)

    # --- webhook -----------------------------------------------------------------------------------------

    async def _keep_webhook(self) -> None:
        """Set it, and look now and then whether Telegram can use it."""
        assert self._webhook is not None
        url, secret = self._webhook
        await self._until_done(partial(self._api.set_webhook, url, secret))
        while True:
            try:
                info = await self._api.call("getWebhookInfo")
                self._heard()
                await self._work.write(partial(self._note_heard, now=self._now()))
                if info.get("url") != url:
                    await self._until_done(partial(self._api.set_webhook, url, secret))
                elif info.get("last_error_message") and info.get("pending_update_count"):
                    await self._trouble("webhook", str(info["last_error_message"]))
                await asyncio.sleep(self._how.webhook_look)
            except ApiFault as fault:
                await self._pause(fault)

    # --- both --------------------------------------------------------------------------------------------

    async def _until_done(self, call: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await call()
                return self._heard()
            except ApiFault as fault:
                await self._pause(fault)

    def _heard(self) -> None:
        self._answered_at = asyncio.get_running_loop().time()
        self._failed = 0
        self.status.change("receiving")

    async def _pause(self, fault: ApiFault) -> None:
        """Say what is wrong in clear words, once, and wait; Telegram's own wish to wait counts."""
        self._answered_at = asyncio.get_running_loop().time()
        self._failed += 1
        if fault.code in (401, 404):
            await self._trouble("token", str(fault))
        elif fault.code == 409:
            await self._trouble("conflict", str(fault))
        elif self._failed >= 3:
            await self._trouble("network", str(fault))
        wait = min(self._how.first_retry * 2 ** (self._failed - 1), self._how.longest_retry)
        wait = max(wait, fault.retry_after or 0.0)
        while wait > 0:  # a long wait is not silence
            await asyncio.sleep(min(wait, self._how.silent_after / 4))
            self._answered_at = asyncio.get_running_loop().time()
            wait -= self._how.silent_after / 4

    async def _trouble(self, state: str, detail: str) -> None:
        assert state in MENDS
        if self.status.change(state, detail) and state != "network":
            await self._work.write(partial(tell_desk, state=state, now=self._now()))

    def _note_heard(self, session: Session, now: datetime) -> None:
        """When Telegram last answered; after more than a day of silence the desk is told what that means."""
        row = bot_row(session, self._api.bot_id)
        if row.heard_at is not None and now - row.heard_at > OUTAGE:
            log.error("telegram.outage: messages older than a day are lost at Telegram")
            tell_outage(session, row.heard_at, now=now)
            forget_old(session, now=now)
        if row.heard_at is None or now - row.heard_at > timedelta(minutes=1):
            row.heard_at = now
            forget_old(session, now=now)

    def _hold(self, session: Session) -> bool:
        now = self._now()
        return leases.hold(session, self._lease, owner=self._desk, now=now, lasts=self._how.lease)

    def _release(self, session: Session) -> None:
        leases.release(session, self._lease, owner=self._desk)
