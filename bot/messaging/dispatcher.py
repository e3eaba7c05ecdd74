"""Takes stored messages in order, one turn at a time per conversation, many conversations at once.

Transaction 1 claims the turn and reads its facts; Rasa is asked with no transaction open; transaction 2
writes the answer to the outbox and ends the turn (design §5). Whatever goes wrong between the two, the
turn's row is still there: this desk tries it again, or another one when the lease is over.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.desk.talk.turns import claim_turn, postpone_turn, renew, retry_waiting_turns
from bot.messaging.emergency_turns import other_matters
from bot.messaging.endings import Endings
from bot.messaging.facts import TurnAtHand, turn_at_hand
from bot.messaging.live import INBOX, OUTBOX, TYPING, Hub, conversation_topic
from bot.messaging.rasa_client import RasaAway, RasaClient, RasaFault, TurnAnswer
from bot.messaging.rasa_watch import RasaWatch
from bot.messaging.work import StoreWork
from bot.store.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pacing:
    """How the dispatcher works; the waiting of residents is set in `estate.yml`."""

    at_once: int = 32
    """Most turns under way."""
    lease: timedelta = timedelta(seconds=30)
    look_every: float = 1.0
    """Seconds between looks for what other desks or a dead one left."""
    first_retry: float = 2.0
    longest_retry: float = 30.0
    tries: int = 4
    """A turn that fails so often while the Rasa server is there goes to a person."""


class Dispatcher:
    """One per desk process."""

    def __init__(
        self,
        *,
        work: StoreWork,
        rasa: RasaClient,
        hub: Hub,
        endings: Endings,
        desk_id: str,
        now: Callable[[], datetime],
        slow_after: timedelta,
        old_after: timedelta,
        pacing: Pacing | None = None,
    ) -> None:
        """`slow_after`: a resident who waits longer is told; `old_after`: an older message is a person's."""
        self._work = work
        self._rasa = rasa
        self._hub = hub
        self._endings = endings
        self._desk = desk_id
        self._now = now
        self._slow_after = slow_after.total_seconds()
        self._old_after = old_after
        self._pacing = pacing or Pacing()
        self._slots = asyncio.Semaphore(self._pacing.at_once)
        self._running: set[asyncio.Task[None]] = set()
        self.watch = RasaWatch(rasa, came_back=self._rasa_came_back)

    async def run(self) -> None:
        """Dispatch until cancelled. Turns under way are cancelled with it; their leases run out."""
        watching = asyncio.create_task(self.watch.run())
        try:
            with self._hub.subscribe(INBOX) as wake:
                while True:
                    if not await self._start_one():
                        await wake.wait(self._pacing.look_every)
        finally:
            await _end([watching, *self._running])

    async def _start_one(self) -> bool:
        """Claim one turn and start it in the background. False: there is nothing to do now."""
        await self._slots.acquire()
        try:
            at_hand = await self._work.write(self._claim)
        except StoreError as error:
            log.warning("dispatcher.store_fault", extra={"error": str(error)})
            at_hand = None
        except BaseException:
            self._slots.release()
            raise
        if at_hand is None:
            self._slots.release()
            return False
        task = asyncio.create_task(self._handle(at_hand))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return True

    def _claim(self, session: Session) -> TurnAtHand | None:
        claimed = claim_turn(session, desk=self._desk, now=self._now(), lease=self._pacing.lease)
        if claimed is None:
            return None
        allowed = self._endings.estate.escalation.not_understood_in_a_row
        return turn_at_hand(session, claimed, may_misunderstand=allowed, now=self._now())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _handle(self, turn: TurnAtHand) -> None:
        """One turn to its end, or put off. Nothing escapes: one bad turn stops no other."""
        try:
            async with self._renewing(turn):
                await self._answer(turn)
        except Exception:
            # A fault of ours or of the store: the turn stays claimed until it is put off or its lease ends.
            log.exception("dispatcher.turn_failed", extra=_ids(turn))
            await self._try_later(turn)

    async def _answer(self, turn: TurnAtHand) -> None:
        claimed = turn.claimed
        if turn.emergency.served_whole and not turn.asks_for_person:
            rest = await self._beside_emergency(turn)
            if rest is None:
                return
            turn = rest
        if turn.callback is not None:
            await self._finish(turn, partial(self._endings.keep_callback, phone=turn.callback.phone))
            return
        if turn.rating is not None:
            await self._finish(turn, partial(self._endings.keep_rating, score=turn.rating))
            return
        if self._now() - claimed.oldest_at > self._old_after:
            await self._finish(turn, partial(self._endings.leave_to_person, reason="old"))
            return
        self._hub.publish(conversation_topic(claimed.conversation_id), TYPING, by="bot")
        try:
            answer = await self._ask(turn)
        except RasaFault as fault:
            await self._unanswered(turn, fault)
            return
        if answer is not None:
            await self._finish(
                turn, partial(self._endings.answer, answer=answer, parses=await self._parses(turn))
            )

    async def _beside_emergency(self, turn: TurnAtHand) -> TurnAtHand | None:
        """The desk has answered already; another matter in the same words is the assistant's."""
        kind, parses = turn.emergency.kind or "", await self._parsed(turn.texts)
        other = other_matters(parses or (), kind)
        if other is not None:
            return turn.with_text(other)
        await self._finish(turn, partial(self._endings.served_by_desk, parses=parses))
        return None

    async def _parsed(self, texts: Sequence[str]) -> list[dict[str, Any]] | None:
        """What the texts say; None where the Rasa server does not say it soon."""
        try:
            async with asyncio.timeout(self._slow_after):
                return await self._rasa.parse(texts)
        except (RasaFault, TimeoutError):
            return None

    async def _ask(self, turn: TurnAtHand) -> TurnAnswer | None:
        """Rasa's answer; None when a person was called instead. A restart of the server goes unnoticed."""
        started = asyncio.get_running_loop().time()
        while True:
            try:
                return await self._call(turn)
            except RasaAway:
                self.watch.note_fault()
                waited = asyncio.get_running_loop().time() - started
                patience = self._slow_after - max(waited, self.watch.away_for())
                if turn.asks_for_person or turn.outage_told or turn.claimed.attempts > 1 or patience <= 0:
                    raise
                await asyncio.sleep(min(0.1, patience))
                if not await self.watch.until_ready(patience):
                    raise

    async def _call(self, turn: TurnAtHand) -> TurnAnswer | None:
        """One call. Slow: the resident is told while it goes on, or gets her person without waiting."""
        calling = asyncio.create_task(self._rasa.turn(turn.call))
        try:
            await asyncio.wait([calling], timeout=self._slow_after)
            if not calling.done():
                if turn.person_now:
                    await self._finish(turn, partial(self._endings.leave_to_person, reason=turn.person_now))
                    return None
                await self._tell_outage(turn)
            answer = await calling
        finally:
            await _end([calling])
        if not answer.replies:
            raise RasaAway("an answer without replies")
        return answer

    async def _unanswered(self, turn: TurnAtHand, fault: RasaFault) -> None:
        """Rasa is away, or fails on this turn: say so once, call a person where she asked or it is no use."""
        log.warning("dispatcher.no_answer", extra={**_ids(turn), "error": str(fault)})
        if turn.person_now:
            await self._finish(turn, partial(self._endings.leave_to_person, reason=turn.person_now))
            return
        is_there = await self._rasa.ready() is not None
        if is_there and turn.claimed.attempts >= self._pacing.tries:
            await self._finish(turn, partial(self._endings.leave_to_person, reason="outage"))
        else:
            await self._tell_outage(turn)
            await self._try_later(turn, counts=is_there)

    async def _tell_outage(self, turn: TurnAtHand) -> None:
        if await self._work.write(partial(self._endings.tell_outage, turn=turn, now=self._now())):
            self._hub.publish(OUTBOX)

    async def _try_later(self, turn: TurnAtHand, *, counts: bool = True) -> None:
        now = self._now()
        wait = min(self._pacing.first_retry * 2 ** (turn.claimed.attempts - 1), self._pacing.longest_retry)
        put_off = partial(
            postpone_turn,
            turn_id=turn.claimed.turn_id,
            desk=self._desk,
            retry_at=now + timedelta(seconds=wait),
            now=now,
            counts=counts,
        )
        try:
            await self._work.write(put_off)
        except StoreError as error:
            log.warning("dispatcher.not_put_off", extra={**_ids(turn), "error": str(error)})

    async def _finish(self, turn: TurnAtHand, ending: Callable[..., bool]) -> None:
        more = await self._work.write(partial(ending, turn=turn, desk=self._desk, now=self._now()))
        if more:
            # What the resident wrote meanwhile is her next turn.
            self._hub.publish(INBOX)
        self._hub.publish(OUTBOX)
        self._hub.conversation_changed(turn.claimed.conversation_id)

    async def _parses(self, turn: TurnAtHand) -> list[dict[str, Any]] | None:
        """What each of several messages says by itself; None where the turn's own parse says it all."""
        if len(turn.texts) < 2:
            return None
        try:
            return await self._rasa.parse(turn.texts)
        except RasaFault as fault:
            log.warning("dispatcher.not_parsed_singly", extra={**_ids(turn), "error": str(fault)})
            return None

    async def _rasa_came_back(self) -> None:
        """What waited for the Rasa server is due at once."""
        try:
            await self._work.write(lambda session: retry_waiting_turns(session, now=self._now()))
        except StoreError as error:
            log.warning("dispatcher.not_brought_forward", extra={"error": str(error)})
        self._hub.publish(INBOX)

    @asynccontextmanager
    async def _renewing(self, turn: TurnAtHand) -> AsyncIterator[None]:
        """Keep the lease while the block runs."""
        renewing = asyncio.create_task(self._renew(turn))
        try:
            yield
        finally:
            await _end([renewing])

    async def _renew(self, turn: TurnAtHand) -> None:
        lease = self._pacing.lease
        held = True
        while held:
            await asyncio.sleep(lease.total_seconds() / 3)
            try:
                held = await self._work.write(
                    lambda session: renew(
                        session, turn.claimed.turn_id, desk=self._desk, now=self._now(), lease=lease
                    )
                )
            except StoreError as error:
                log.warning("dispatcher.not_renewed", extra={**_ids(turn), "error": str(error)})


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait until it has stopped; what it raised was handled where it matters."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _ids(turn: TurnAtHand) -> dict[str, object]:
    claimed = turn.claimed
    return {"turn": claimed.key, "conversation": claimed.conversation_id, "attempts": claimed.attempts}
