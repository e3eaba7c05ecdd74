"""One way to a person on duty: takes a page or says why not."""

from typing import Protocol

from bot.desk.paging import ClaimedPage


class PageFault(Exception):
    """The device did not take the page. `permanent`: calling it again would change nothing."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class PageDevice(Protocol):
    """Sends one page; returns when the other side has taken it, raises PageFault otherwise."""

    name: str

    async def send(self, page: ClaimedPage) -> None: ...

    async def close(self) -> None: ...
