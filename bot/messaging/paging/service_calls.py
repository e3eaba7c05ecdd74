"""Calls people out to a chat nobody took (R34), over the webhook and the gateway that pages use.

What is said names no resident, no home and no words of hers: it lies open on a telephone.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.desk.estate.model import Estate
from bot.desk.service.calling import ClaimedCall, call_made, claim_call
from bot.desk.wording.words import Words
from bot.messaging.live import DESK, Hub
from bot.messaging.paging.base import PageDevice, PageFault
from bot.messaging.paging.sms import SmsDevice
from bot.messaging.paging.webhook import WebhookDevice
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

EVENT = "chat.waiting"


@dataclass(frozen=True)
class Calling:
    """How the caller works."""

    look_every: float = 2.0
    lease: timedelta = timedelta(seconds=30)
    patience: float = 15.0
    """Seconds a device may take; less than the lease."""


class ServiceCaller:
    """One per desk process. Without devices it has nothing to do."""

    def __init__(
        self,
        *,
        work: StoreWork,
        hub: Hub,
        devices: Sequence[PageDevice],
        estate: Estate,
        words: Words,
        public_url: str | None,
        desk_id: str,
        now: Callable[[], datetime],
        calling: Calling | None = None,
    ) -> None:
        self._work = work
        self._hub = hub
        self._devices = {device.name: device for device in devices}
        self._estate = estate
        self._words = words
        self._public_url = public_url
        self._desk = desk_id
        self._now = now
        self._how = calling or Calling()

    async def run(self) -> None:
        """Call until cancelled; a call under way then is made again when its lease is over."""
        if not self._devices:
            return
        with self._hub.subscribe(DESK) as wake:
            while True:
                if not await self._one():
                    await wake.wait(self._how.look_every)

    async def _one(self) -> bool:
        try:
            call = await self._work.write(
                partial(claim_call, desk=self._desk, now=self._now(), lease=self._how.lease)
            )
            if call is None:
                return False
            fault = await self._fault_of(call)
            await self._work.write(
                partial(
                    call_made,
                    call_id=call.call_id,
                    desk=self._desk,
                    fault=None if fault is None else str(fault),
                    permanent=fault is not None and fault.permanent,
                    now=self._now(),
                )
            )
        except StoreError as error:
            # Made perhaps, and not written down: the lease ends and it is made again. Twice is no harm.
            log.warning("service_calls.store_fault", extra={"error": str(error)})
            return False
        self._hub.publish(DESK)
        return True

    async def _fault_of(self, call: ClaimedCall) -> PageFault | None:
        try:
            async with asyncio.timeout(self._how.patience):
                await self._make(call)
        except PageFault as fault:
            log.warning("service_calls.not_taken", extra={"call": call.call_id, "error": str(fault)})
            return fault
        except TimeoutError:
            return PageFault(f"no answer within {self._how.patience:.0f} s")
        return None

    async def _make(self, call: ClaimedCall) -> None:
        device = self._devices.get(call.device)
        text = self._text(call)
        if isinstance(device, SmsDevice):
            await device.send_text(call.address, text)
        elif isinstance(device, WebhookDevice):
            await device.post(
                {
                    "event": EVENT,
                    "call": call.call_id,
                    "name": call.name,
                    "reason": call.reason,
                    "waiting_since": call.waiting_since.isoformat(),
                    "text": text,
                    "url": self._url(call),
                }
            )
        else:
            raise PageFault(f"no device {call.device} any more", permanent=True)

    def _text(self, call: ClaimedCall) -> str:
        waited = self._now() - call.waiting_since
        return self._words.labels["paging"]["waiting"].format(
            company=self._estate.company,
            estate=self._estate.name,
            name=call.name,
            minutes=max(1, round(waited.total_seconds() / 60)),
        )

    def _url(self, call: ClaimedCall) -> str | None:
        if self._public_url is None:
            return None
        return f"{self._public_url.rstrip('/')}/desk/chats/{call.conversation_id}"
