"""Raw updates in the store: kept before anything else happens to them, each once."""

import json
import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.channel_tables import TelegramBot, TelegramUpdate, UpdateState

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=7)
"""Handled updates are kept so long against a second delivery; after a week of silence ids start anew."""


def bot_row(session: Session, bot_id: int) -> TelegramBot:
    """The bot's row, made when it is new."""
    row = session.get(TelegramBot, bot_id)
    if row is None:
        row = TelegramBot(id=bot_id)
        session.add(row)
        session.flush()
    return row


def keep_updates(session: Session, bot_id: int, batch: Sequence[Any], *, now: datetime) -> int:
    """Store raw updates, each once by (bot, update_id); returns how many were new."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    new = 0
    for raw in batch:
        update_id = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(update_id, int):
            log.error("telegram.update_without_id", extra={"kind": type(raw).__name__})
            continue
        kept = session.scalars(
            insert(TelegramUpdate)
            .values(
                bot_id=bot_id,
                update_id=update_id,
                chat_id=chat_of(raw),
                raw=json.dumps(raw),
                state=UpdateState.NEW,
                attempts=0,
                received_at=now,
            )
            .on_conflict_do_nothing(index_elements=[TelegramUpdate.bot_id, TelegramUpdate.update_id])
            .returning(TelegramUpdate.id)
        ).all()
        new += len(kept)
    return new


def next_offset(batch: Sequence[Any]) -> int | None:
    """Last id of this batch + 1, never the highest id ever seen; None where there is none."""
    for raw in reversed(batch):
        if isinstance(raw, dict) and isinstance(raw.get("update_id"), int):
            return int(raw["update_id"]) + 1
    return None


def chat_of(raw: Any) -> int | None:
    """The chat an update belongs to, as far as that can be seen without reading it."""
    if not isinstance(raw, dict):
        return None
    for name, body in raw.items():
        if name == "callback_query" and isinstance(body, dict):
            body = body.get("message")
        chat = body.get("chat") if isinstance(body, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return None


def waiting(
    session: Session, bot_id: int, *, busy: Collection[int | None], limit: int = 200
) -> list[tuple[int, int | None]]:
    """(row id, chat id) of what is not handled yet, oldest first, without the chats that are `busy`."""
    wanted = (
        select(TelegramUpdate.id, TelegramUpdate.chat_id)
        .where(TelegramUpdate.bot_id == bot_id, TelegramUpdate.state == UpdateState.NEW)
        .order_by(TelegramUpdate.id)
        .limit(limit)
    )
    chats = [chat for chat in busy if chat is not None]
    if chats:
        wanted = wanted.where(TelegramUpdate.chat_id.is_(None) | TelegramUpdate.chat_id.not_in(chats))
    if None in busy:
        wanted = wanted.where(TelegramUpdate.chat_id.is_not(None))
    return [(row_id, chat_id) for row_id, chat_id in session.execute(wanted)]


def finish(session: Session, row_ids: Collection[int], *, now: datetime, error: str | None = None) -> None:
    """These are done; with `error` they are kept and flagged as unreadable."""
    for row_id in row_ids:
        row = session.get_one(TelegramUpdate, row_id)
        row.state = UpdateState.HANDLED if error is None else UpdateState.UNREADABLE
        row.error = None if error is None else error[:300]
        row.handled_at = now
    session.flush()


def forget_old(session: Session, *, now: datetime) -> None:
    """Take out what was handled long ago; what could not be read stays for a person."""
    session.execute(
        delete(TelegramUpdate)
        .where(TelegramUpdate.state == UpdateState.HANDLED, TelegramUpdate.received_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
