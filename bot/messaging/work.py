"""Store work from async code: short transactions in worker threads, never across an await."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlalchemy.orm import Session

from bot.store.engine import Store

T = TypeVar("T")

_READERS = 8
_POSTGRES_WRITERS = 8


class StoreWork:
    """Runs one function in one transaction of the store, off the event loop.

    SQLite has one writer at a time: writers queue here in order of arrival instead of waking one another
    by the busy timeout.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writers = anyio.CapacityLimiter(_POSTGRES_WRITERS if store.is_postgres else 1)
        self._readers = anyio.CapacityLimiter(_READERS)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a writing transaction and commit; an error rolls everything back."""

        def run() -> T:
            with self.store.write() as session:
                return work(session)

        return await anyio.to_thread.run_sync(run, limiter=self._writers)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a reading transaction."""

        def run() -> T:
            with self.store.read() as session:
                return work(session)

        return await anyio.to_thread.run_sync(run, limiter=self._readers)
