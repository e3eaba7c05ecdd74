"""A browser's right to one conversation: a session token in a cookie, and a private return link.

Only hashes are stored. The return link's token is made from the session's token, so that the page can
show the link at any time and nobody can get from the link to the session it came from.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messaging.channels.webchat.faults import ChatFault
from bot.store.tables import WebVisit

COOKIE: Final = "guanjia_chat"


@dataclass(frozen=True)
class Visit:
    """Who calls: this browser may read and write this one conversation."""

    visit_id: int
    conversation_id: int
    operator: bool


@dataclass(frozen=True)
class OpenedVisit:
    """A new right; the tokens are told this once and stored nowhere."""

    conversation_id: int
    token: str
    return_token: str


def open_visit(
    session: Session, conversation_id: int, *, lifetime: timedelta, now: datetime, operator: bool = False
) -> OpenedVisit:
    """Give a browser the right to the conversation for `lifetime`."""
    token = secrets.token_urlsafe(32)
    session.add(
        WebVisit(
            conversation_id=conversation_id,
            token_hash=_hash(token),
            return_hash=_hash(return_token(token)),
            created_at=now,
            expires_at=now + lifetime,
            operator=operator,
        )
    )
    session.flush()
    return OpenedVisit(conversation_id, token, return_token(token))


def visit_for(session: Session, token: str | None, *, now: datetime) -> Visit:
    """The visit of that session token. Raises ChatFault: no token, unknown, or expired."""
    if not token:
        raise ChatFault("session_missing")
    row = session.scalars(select(WebVisit).where(WebVisit.token_hash == _hash(token))).one_or_none()
    if row is None:
        raise ChatFault("session_unknown")
    if row.expires_at <= now:
        raise ChatFault("session_expired")
    return Visit(row.id, row.conversation_id, row.operator)


def prolong(session: Session, visit: Visit, *, lifetime: timedelta, now: datetime) -> bool:
    """Who keeps coming stays welcome: a new end when half of the time is over. True when it moved."""
    row = session.get_one(WebVisit, visit.visit_id)
    if row.expires_at - now > lifetime / 2:
        return False
    row.expires_at = now + lifetime
    return True


def conversation_of_link(session: Session, token: str, *, now: datetime) -> int:
    """The conversation behind a return link. Raises ChatFault where it leads nowhere."""
    row = session.scalars(select(WebVisit).where(WebVisit.return_hash == _hash(token))).one_or_none()
    if row is None or row.expires_at <= now:
        raise ChatFault("link_invalid")
    return row.conversation_id


def return_token(token: str) -> str:
    """The return link's token of a session token."""
    return hmac.new(token.encode(), b"return link", hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
