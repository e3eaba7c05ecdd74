"""Which group is the staff's, and whose account at Telegram is whose."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.estate.model import Estate
from bot.desk.people.notices import give_notice
from bot.desk.service.presence import SERVES
from bot.messaging.channels.telegram.duty import agent_named
from bot.store import actors
from bot.store.tables import Agent
from bot.store.telegram_staff_tables import StaffGroup, StaffMember, StaffTopic

CODE_LIFE: Final = timedelta(hours=1)
RIGHTS: Final = ("can_manage_topics", "can_pin_messages")
"""What the bot must be allowed to do; the second one is only missed, not needed."""


def bound_group(session: Session, bot_id: int) -> StaffGroup | None:
    """The staff's group; None where none is bound."""
    row = session.get(StaffGroup, bot_id)
    return row if row is not None and row.chat_id is not None else None


def issue_code(session: Session, bot_id: int, *, by: str, now: datetime) -> str:
    """A one-time code, good for an hour: the group in which it is said becomes the staff's."""
    code = secrets.token_urlsafe(18)
    row = session.get(StaffGroup, bot_id) or StaffGroup(bot_id=bot_id)
    row.code_hash, row.code_until = _hash(code), now + CODE_LIFE
    session.add(row)
    session.flush()
    audit.note(session, by=by, what="issue_staff_group_code", subject=f"telegram:{bot_id}", now=now)
    return code


def bind_by_code(
    session: Session, bot_id: int, *, code: str, chat_id: int, title: str, now: datetime
) -> StaffGroup | None:
    """The group that said the code; None when the code is wrong, used or too old."""
    row = session.get(StaffGroup, bot_id)
    if row is None or row.code_hash is None or row.code_until is None or row.code_until <= now:
        return None
    if not secrets.compare_digest(row.code_hash, _hash(code)):
        return None
    return bind(session, bot_id, chat_id=chat_id, title=title, by=actors.OPERATOR, now=now)


def bind(session: Session, bot_id: int, *, chat_id: int, title: str, by: str, now: datetime) -> StaffGroup:
    """This group from now on; topics of another one are left as they are there and forgotten here."""
    row = session.get(StaffGroup, bot_id) or StaffGroup(bot_id=bot_id)
    row.chat_id, row.title, row.bound_at, row.bound_by = chat_id, title[:255], now, by
    row.code_hash = row.code_until = row.wait_until = row.fault = None
    session.add(row)
    session.flush()
    audit.note(session, by=by, what="bind_staff_group", subject=f"telegram:{chat_id}", now=now)
    return row


def unbind(session: Session, bot_id: int, *, by: str, now: datetime) -> bool:
    """No group any more. False when there was none."""
    row = bound_group(session, bot_id)
    if row is None:
        return False
    audit.note(session, by=by, what="unbind_staff_group", subject=f"telegram:{row.chat_id}", now=now)
    row.chat_id, row.fault, row.wait_until = None, None, None
    session.flush()
    return True


def migrate(session: Session, bot_id: int, *, old: int, new: int) -> bool:
    """Telegram gave the group another number. False when it is not the staff's."""
    row = bound_group(session, bot_id)
    if row is None or row.chat_id != old:
        return False
    row.chat_id = new
    session.execute(
        update(StaffTopic)
        .where(StaffTopic.chat_id == old)
        .values(chat_id=new, thread_id=None, header_id=None, header_key="", pinned=False, closed=False)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    return True


def note_fault(session: Session, bot_id: int, fault: str | None, *, now: datetime) -> None:
    """Why nothing can be posted (None: all is well); the desk is told once a day."""
    row = bound_group(session, bot_id)
    if row is None or row.fault == fault:
        return
    row.fault = fault
    if fault is not None:
        give_notice(
            session,
            key=f"telegram_staff:{fault}:{now:%Y-%m-%d}",
            kind="telegram_staff_fault",
            details={"fault": fault},
            now=now,
        )
    session.flush()


def bind_member(session: Session, *, user_id: int, agent_id: int, by: str, now: datetime) -> None:
    """This account at Telegram is this person's; what either was bound to before is forgotten."""
    session.execute(
        delete(StaffMember)
        .where((StaffMember.user_id == user_id) | (StaffMember.agent_id == agent_id))
        .execution_options(synchronize_session="fetch")
    )
    session.add(StaffMember(user_id=user_id, agent_id=agent_id, by=by, at=now))
    session.flush()
    audit.note(session, by=by, what="bind_telegram", subject=actors.agent(agent_id), now=now)


def unbind_member(session: Session, *, agent_id: int, by: str, now: datetime) -> bool:
    """Her account at Telegram may answer nobody any more. False: none was bound."""
    found = session.scalars(select(StaffMember).where(StaffMember.agent_id == agent_id)).one_or_none()
    if found is None:
        return False
    session.delete(found)
    session.flush()
    audit.note(session, by=by, what="unbind_telegram", subject=actors.agent(agent_id), now=now)
    return True


def agent_of(session: Session, estate: Estate, user_id: int) -> Agent | None:
    """Who serves chats under that account: bound by an admin, else the duty list's number and name."""
    member = session.get(StaffMember, user_id)
    agent = member.agent if member is not None else _on_duty(session, estate, user_id)
    return agent if agent is not None and agent.active and agent.role in SERVES else None


def _on_duty(session: Session, estate: Estate, user_id: int) -> Agent | None:
    people = [person for step in estate.on_duty.chain for person in step.people]
    names = {person.name for person in people if person.telegram == user_id}
    agent = agent_named(session, names.pop()) if len(names) == 1 else None
    if agent is None:
        return None
    other = session.scalars(select(StaffMember).where(StaffMember.agent_id == agent.id)).one_or_none()
    return agent if other is None else None  # an admin bound her to another account: that one counts


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
