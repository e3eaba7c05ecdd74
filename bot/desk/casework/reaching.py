"""Did a word that mattered reach the resident? Where nobody can tell, a person is not troubled."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.desk.people import notices
from bot.store.states import Mode, Sender
from bot.store.tables import Case, Conversation, Message


def ask_to_call_unless_read(session: Session, case: Case, *, told_at: datetime, now: datetime) -> bool:
    """Give the person in charge the task to call her, if what the desk said at `told_at` is still unread.

    Only a channel that tells what was read can know (the web chat does, Telegram does not); whoever wrote
    since, or is with a person now, has been reached. True where a task was given, once for each word.
    """
    if case.conversation_id is None:
        return False
    word = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == case.conversation_id,
            Message.sender == Sender.SYSTEM,
            Message.created_at == told_at,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ).one_or_none()
    if word is None or word.read_at is not None or not _could_be_known(session, word):
        return False
    return notices.give_notice(
        session,
        key=f"message:{word.id}:unread",
        kind="call_resident",
        agent_id=case.assignee_id,
        case_id=case.id,
        conversation_id=case.conversation_id,
        details={"about": word.reply_key, "contact": case.contact, "unread": True},
        now=now,
    )


def _could_be_known(session: Session, word: Message) -> bool:
    conversation = session.get_one(Conversation, word.conversation_id)
    others = Message.conversation_id == word.conversation_id
    tells = select(exists().where(others, Message.read_at.is_not(None)))
    wrote = select(exists().where(others, Message.sender == Sender.RESIDENT, Message.seq > word.seq))
    return conversation.mode is not Mode.HUMAN and bool(session.scalar(tells)) and not session.scalar(wrote)
