"""What `doctor` looks at around people who serve chats: the encrypted page, calls, the roster."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import httpx
from sqlalchemy import make_url, select
from sqlalchemy.exc import DBAPIError

from bot.desk.estate.model import Estate
from bot.store.engine import Store
from bot.store.errors import StoreError
from bot.store.tables import Agent

Level = Literal["ok", "hint", "fault"]
Line = tuple[Level, str, str, str]
"""Level, what, what was found, the mend."""


def public_lines(public_url: str | None) -> Iterator[Line]:
    """Browsers give notifications and sound to encrypted pages only; the proxy must reach this desk."""
    if public_url is None:
        yield (
            "hint",
            "desk page",
            "no public https address: browsers show no notifications of waiting chats",
            "put a proxy with TLS before it and set GUANJIA_PUBLIC_URL=https://… (docs/operation.md)",
        )
        return
    if not public_url.startswith("https://"):
        return  # the network check says so
    url = f"{public_url.rstrip('/')}/health"
    try:
        answer = httpx.get(url, timeout=5.0, trust_env=False)
    except httpx.TransportError as fault:
        mend = "check the proxy, its certificate and the name in DNS (docs/operation.md)"
        yield ("fault", "public address", f"{url} does not answer ({type(fault).__name__})", mend)
        return
    if answer.status_code == httpx.codes.OK and "store" in answer.text:
        yield ("ok", "public address", f"{public_url} answers, encrypted", "")
    else:
        mend = "point the proxy at the desk's port (docs/operation.md)"
        yield ("fault", "public address", f"{url} answers {answer.status_code}, and not as a desk", mend)


def names_at_desk(database_url: str) -> Sequence[str]:
    """Who may sign in, by name; nobody where there is no database yet."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return ()
    store = Store.at(database_url)
    try:
        with store.read() as session:
            return session.scalars(select(Agent.name).where(Agent.active)).all()
    except (DBAPIError, StoreError):
        return ()  # the database check says so
    finally:
        store.close()


def roster_lines(estate: Estate, names: Sequence[str]) -> Iterator[Line]:
    """Who is called when a chat stays unread, and whether the roster's people are people of the desk."""
    duty = estate.on_duty
    devices = [name for name, one in (("webhook", duty.webhook), ("text message", duty.sms)) if one]
    if devices:
        yield ("ok", "unread chats", f"called out over {' and '.join(devices)}", "")
    else:
        yield (
            "hint",
            "unread chats",
            "nobody is called when no page is open",
            "set duty.webhook or duty.sms in estate.yml (docs/paging.md)",
        )
    unknown = sorted({one.name for one in estate.service.roster} - set(names))
    if unknown and names:
        mend = "write the roster's names as the people's names at the desk"
        yield ("hint", "roster", f"nobody at the desk is called {', '.join(unknown)}", mend)
