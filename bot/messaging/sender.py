"""Sends what waits in the outbox: lanes in their order, each channel at its own pace, never twice what was
confirmed (design §5.7).

A channel of our own (`in_store`) is delivered by the same transaction that claims the row. For the others:
a passing fault is tried again with back-off, a permanent one is recorded, and an unknown outcome is
decided by lane: emergencies and people's words are sent again, the rest is shown as unknown.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.desk.rows import lock_conversation
from bot.desk.talk.outbox import ClaimedDelivery, claim_delivery, mark_failed, mark_sent, mark_unknown
from bot.desk.talk.transcript import may_send
from bot.messaging.channels.base import (
    Channel,
    Delivered,
    OutgoingFile,
    OutgoingMessage,
    PassingFault,
    PermanentFault,
    UnknownOutcome,
)
from bot.messaging.live import OUTBOX, Hub
from bot.messaging.pacing import ChannelPace
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError
from bot.store.states import Delivery, Lane
from bot.store.tables import Message, OutboxRow

log = logging.getLogger(__name__)

SENT_AGAIN: Final = frozenset({Lane.EMERGENCY, Lane.PEOPLE})
"""Lanes where twice is better than not at all."""


@dataclass(frozen=True)
class Sending:
    """How the sender works."""

    at_once: int = 16
    lease: timedelta = timedelta(seconds=60)
    patience: float = 45.0
    """Seconds a channel may take; then the outcome is unknown. Less than the lease."""
    look_every: float = 1.0
    tries: int = 6
    first_retry: float = 2.0
    longest_retry: float = 300.0
    in_store_batch: int = 20


class Sender:
    """One per desk process; sends for the channels it is given."""

    def __init__(
        self,
        *,
        work: StoreWork,
        hub: Hub,
        channels: Mapping[str, Channel],
        desk_id: str,
        now: Callable[[], datetime],
        sending: Sending | None = None,
    ) -> None:
        self._work = work
        self._hub = hub
        self._channels = dict(channels)
        self._in_store = [name for name, channel in channels.items() if channel.in_store]
        self._desk = desk_id
        self._now = now
        self._how = sending or Sending()
        self._pace = {name: ChannelPace(channel.limits) for name, channel in channels.items()}
        self._slots = asyncio.Semaphore(self._how.at_once)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until cancelled. What is under way then has an unknown outcome when its lease is over."""
        loops = [self._deliver_in_store()] if self._in_store else []
        outside = [name for name in self._channels if name not in self._in_store]
        loops += [self._deliver_outside(name) for name in outside]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in (*tasks, *self._running):
                task.cancel()
            await asyncio.gather(*tasks, *self._running, return_exceptions=True)

    # --- channels of our own ---------------------------------------------------------------------------

    async def _deliver_in_store(self) -> None:
        with self._hub.subscribe(OUTBOX) as wake:
            while True:
                try:
                    reached = await self._work.write(self._claim_and_mark)
                except StoreError as error:
                    log.warning("sender.store_fault", extra={"error": str(error)})
                    reached = []
                for conversation_id in dict.fromkeys(reached):
                    self._hub.conversation_changed(conversation_id)
                if len(reached) < self._how.in_store_batch:
                    await wake.wait(self._how.look_every)

    def _claim_and_mark(self, session: Session) -> list[int]:
        """Claim rows and make them visible in one transaction: that is the instant of sending."""
        reached: list[int] = []
        while len(reached) < self._how.in_store_batch:
            claimed = self._claim(session, self._in_store)
            if claimed is None:
                break
            mark_sent(session, claimed.message_id, desk=self._desk, now=self._now())
            reached.append(claimed.conversation_id)
        return reached

    # --- channels outside --------------------------------------------------------------------------------

    async def _deliver_outside(self, name: str) -> None:
        with self._hub.subscribe(OUTBOX) as wake:
            while True:
                await self._pace[name].for_any()
                if not await self._start_one(name):
                    await wake.wait(self._how.look_every)

    async def _start_one(self, name: str) -> bool:
        await self._slots.acquire()
        try:
            claimed = await self._work.write(lambda session: self._claim(session, [name]))
        except StoreError as error:
            log.warning("sender.store_fault", extra={"error": str(error)})
            claimed = None
        except BaseException:
            self._slots.release()
            raise
        if claimed is None:
            self._slots.release()
            return False
        task = asyncio.create_task(self._deliver(claimed))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        # The next message of the same lane and conversation waited for this one.
        self._hub.publish(OUTBOX)

    async def _deliver(self, claimed: ClaimedDelivery) -> None:
        """Hand one message over and write down what came of it. Nothing escapes."""
        try:
            mark = await self._outcome(claimed)
            if mark is not None and await self._work.write(mark):
                self._hub.conversation_changed(claimed.conversation_id)
        except StoreError as error:
            # Delivered perhaps, and not written down: the lease ends, and the row counts as uncertain.
            log.error("sender.outcome_not_kept", extra={**_ids(claimed), "error": str(error)})
        except Exception:
            log.exception("sender.fault", extra=_ids(claimed))

    async def _outcome(self, claimed: ClaimedDelivery) -> Callable[[Session], bool] | None:
        channel = self._channels[claimed.channel]
        if claimed.uncertain and not channel.limits.idempotent and claimed.lane not in SENT_AGAIN:
            return self._mark_unknown(claimed, "the desk stopped while it was sending")
        if await self._pace[claimed.channel].for_address(claimed.address) and not await self._may_still(
            claimed
        ):
            return None
        try:
            async with asyncio.timeout(self._how.patience):
                outcome = await channel.deliver(_outgoing(claimed))
        except PermanentFault as fault:
            return self._mark_failed(claimed, str(fault), retry_at=None)
        except PassingFault as fault:
            return self._try_again(claimed, str(fault), at_least=fault.retry_after)
        except Exception as fault:
            # A time-out, or a fault in the channel's code after who knows how much of its work.
            log.exception("sender.channel_fault", extra=_ids(claimed))
            outcome = UnknownOutcome(f"{type(fault).__name__}: {fault}")
        if isinstance(outcome, Delivered):
            return self._mark_sent(claimed, outcome.channel_ref)
        if claimed.lane in SENT_AGAIN or channel.limits.idempotent:
            return self._try_again(claimed, outcome.reason, at_least=None, unknown=True)
        return self._mark_unknown(claimed, outcome.reason)

    async def _may_still(self, claimed: ClaimedDelivery) -> bool:
        """After waiting for the channel's pace: a person may have come in. Cancels the row if so."""

        def look(session: Session) -> bool:
            conversation = lock_conversation(session, claimed.conversation_id)
            row = session.scalars(select(OutboxRow).where(OutboxRow.message_id == claimed.message_id)).one()
            if may_send(conversation, row.epoch):
                return True
            now = self._now()
            mark_failed(
                session,
                claimed.message_id,
                desk=self._desk,
                permanent=False,
                error="a person took over",
                retry_at=now,
                now=now,
            )
            return False

        allowed = await self._work.write(look)
        if not allowed:
            self._hub.conversation_changed(claimed.conversation_id)
        return allowed

    # --- what came of it ---------------------------------------------------------------------------------

    def _claim(self, session: Session, channels: list[str]) -> ClaimedDelivery | None:
        return claim_delivery(
            session, desk=self._desk, channels=channels, now=self._now(), lease=self._how.lease
        )

    def _mark_sent(self, claimed: ClaimedDelivery, channel_ref: str | None) -> Callable[[Session], bool]:
        return lambda session: mark_sent(
            session, claimed.message_id, desk=self._desk, now=self._now(), channel_ref=channel_ref
        )

    def _mark_unknown(self, claimed: ClaimedDelivery, reason: str) -> Callable[[Session], bool]:
        return lambda session: mark_unknown(
            session, claimed.message_id, desk=self._desk, error=reason, now=self._now()
        )

    def _mark_failed(
        self, claimed: ClaimedDelivery, reason: str, *, retry_at: datetime | None
    ) -> Callable[[Session], bool]:
        return lambda session: mark_failed(
            session,
            claimed.message_id,
            desk=self._desk,
            permanent=retry_at is None,
            error=reason,
            retry_at=retry_at,
            now=self._now(),
        )

    def _try_again(
        self, claimed: ClaimedDelivery, reason: str, *, at_least: float | None, unknown: bool = False
    ) -> Callable[[Session], bool]:
        """Later, with back-off; a channel's own wish to wait does not use up the tries."""
        if claimed.attempts >= self._how.tries and at_least is None:
            return (
                self._mark_unknown(claimed, reason)
                if unknown
                else self._mark_failed(claimed, reason, retry_at=None)
            )
        wait = min(self._how.first_retry * 2 ** (claimed.attempts - 1), self._how.longest_retry)
        retry_at = self._now() + timedelta(seconds=max(wait, at_least or 0.0))
        return self._mark_failed(claimed, reason, retry_at=retry_at)


def send_in_store(session: Session, messages: Sequence[Message], *, desk: str, now: datetime) -> None:
    """Deliver rows of a channel of our own in the transaction that wrote them, unless others come before.

    The writer holds the conversation's lock and has just met the epoch rule; what must wait is left to
    the sender.
    """
    for message in messages:
        row = message.outbox
        if row is None or row.state is not Delivery.QUEUED or _one_is_before(session, row):
            return
        mark_sent(session, message.id, desk=desk, now=now)


def _one_is_before(session: Session, row: OutboxRow) -> bool:
    before = exists().where(
        OutboxRow.conversation_id == row.conversation_id,
        OutboxRow.lane == row.lane,
        OutboxRow.id < row.id,
        OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING)),
    )
    return bool(session.scalar(select(before)))


def _outgoing(claimed: ClaimedDelivery) -> OutgoingMessage:
    return OutgoingMessage(
        message_id=claimed.message_id,
        conversation_id=claimed.conversation_id,
        address=claimed.address,
        lane=claimed.lane,
        text=claimed.text,
        buttons=claimed.buttons,
        files=[OutgoingFile(one.id, one.media_type, one.name, one.sha256) for one in claimed.attachments],
    )


def _ids(claimed: ClaimedDelivery) -> dict[str, object]:
    return {"message_id": claimed.message_id, "channel": claimed.channel, "attempts": claimed.attempts}
