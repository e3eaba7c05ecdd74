"""What happens by time to a question nobody answered: one reminder."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock.lease import LeaseLost
from bot.desk.estate.model import Estate
from bot.desk.talk.reminders import due_reminders, put_reminder_off, remind
from bot.desk.wording.speaking import speaker
from bot.desk.wording.words import Words
from bot.store.engine import Store
from bot.store.errors import StoreError

log = logging.getLogger(__name__)

KeepLease = Callable[[Session, datetime], None]


def watch_reminders(
    store: Store,
    estate: Estate,
    words: Words,
    *,
    now: Callable[[], datetime],
    keep_lease: KeepLease,
    told: list[int],
) -> None:
    """Remind whoever is due, each in a transaction of its own; who was told goes into `told`."""
    with store.read() as session:
        due = due_reminders(session, now())
    for conversation_id in due:
        at = now()
        try:
            with store.write() as session:
                keep_lease(session, at)
                said = remind(session, conversation_id, say=speaker(words, estate, now=at), now=at)
        except (StoreError, LeaseLost):
            raise  # no fault of this row
        except Exception:
            # Whatever it is, one row must not stop the others: it is reported and tried again later.
            log.exception("clock.reminder_put_off", extra={"conversation": conversation_id})
            with store.write() as session:
                put_reminder_off(session, conversation_id, now=at)
        else:
            if said:
                told.append(conversation_id)
