"""Silence in the middle of something: she is reminded once, at a decent hour, and then left in peace."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import Say
from bot.desk.emergencies.alarms import alarm_of_conversation
from bot.desk.estate.model import Estate
from bot.desk.rows import lock_conversation
from bot.desk.talk.transcript import record_outbound
from bot.store.reminder_tables import Reminder
from bot.store.states import Lane, Mode, Sender
from bot.store.tables import Conversation, Message

KEY = "utter_reminder"
PUT_OFF = timedelta(hours=1)


def note_open_question(
    session: Session, conversation_id: int, *, open_: bool, estate: Estate, now: datetime
) -> None:
    """A turn ended: with a form's question that stands open (she will be reminded), or without one."""
    known = session.get(Reminder, conversation_id)
    after = estate.conversation.remind_after
    if not open_ or after is None:
        if known is not None:
            session.delete(known)
        return
    due_at = decent(now + after, estate)
    if known is None:
        session.add(Reminder(conversation_id=conversation_id, due_at=due_at))
    else:
        known.due_at = due_at


def has_open_question(session: Session, conversation_id: int) -> bool:
    """Does a form's question stand open that she may come back to?"""
    return session.get(Reminder, conversation_id) is not None


def due_reminders(session: Session, now: datetime) -> Sequence[int]:
    """Conversations whose reminder is due, the oldest first."""
    due = select(Reminder.conversation_id).where(Reminder.due_at <= now).order_by(Reminder.due_at).limit(100)
    return session.scalars(due).all()


def earliest_reminder(session: Session) -> datetime | None:
    """When the next one is due."""
    return session.scalar(select(func.min(Reminder.due_at)))


def remind(session: Session, conversation_id: int, *, say: Say, now: datetime) -> bool:
    """Say it once, if the assistant serves her still and the last word was ours. Was it said?"""
    conversation = lock_conversation(session, conversation_id)
    reminder = session.get(Reminder, conversation_id)
    if reminder is None or reminder.due_at > now:
        return False
    if alarm_of_conversation(session, conversation_id, now) is not None:
        reminder.due_at = now + PUT_OFF  # not while help comes
        return False
    session.delete(reminder)
    if conversation.mode is not Mode.BOT or not _ours_was_last(session, conversation):
        return False
    record_outbound(
        session,
        conversation_id=conversation_id,
        sender=Sender.BOT,
        text=say(KEY, {}),
        lane=Lane.BOT,
        epoch=conversation.epoch,
        reply_key=KEY,
        now=now,
    )
    return True


def put_reminder_off(session: Session, conversation_id: int, *, now: datetime, reason: str) -> None:
    """It could not be said, for a `reason` that the log tells: tried again in an hour."""
    reminder = session.get(Reminder, conversation_id)
    if reminder is not None:
        reminder.due_at = now + PUT_OFF


def decent(at: datetime, estate: Estate) -> datetime:
    """`at`, or the end of the quiet hours it falls into. Takes an aware time, returns UTC."""
    begins, ends = estate.promises.quiet_hours
    local = at.astimezone(estate.zone)
    minute = local.hour * 60 + local.minute
    quiet = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if not quiet:
        return at.astimezone(UTC)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = 1 if begins > ends and minute >= begins else 0
    return (midnight + timedelta(days=days, minutes=ends)).astimezone(UTC)


def _ours_was_last(session: Session, conversation: Conversation) -> bool:
    last = session.scalar(
        select(Message.sender)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return last is not None and last is not Sender.RESIDENT
