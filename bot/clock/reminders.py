"""What happens by time to a question nobody answered: one reminder."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.clock.lease import ClockLease
from bot.desk.estate.model import Estate
from bot.desk.talk.reminders import due_reminders, put_reminder_off, remind
from bot.desk.wording.speaking import speaker
from bot.desk.wording.words import Words


def watch_reminders(lease: ClockLease, estate: Estate, words: Words, *, told: list[int]) -> None:
    """Remind whoever is due, each apart; who was told goes into `told`."""
    with lease.store.read() as session:
        due = due_reminders(session, lease.now())
    for conversation_id in due:
        said = lease.apart(
            partial(_remind, conversation_id=conversation_id, estate=estate, words=words),
            put_off=partial(put_reminder_off, conversation_id=conversation_id),
            event="clock.reminder_put_off",
            which={"conversation": conversation_id},
        )
        if said:
            told.append(conversation_id)


def _remind(session: Session, *, conversation_id: int, estate: Estate, words: Words, now: datetime) -> bool:
    return remind(session, conversation_id, say=speaker(words, estate, now=now), now=now)
