"""What agents do not read: words of a complaint about somebody at the desk, or an anonymous one (R8)."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.store.states import Sender
from bot.store.tables import Case, Message


def secret_ids(session: Session, messages: Iterable[Message]) -> set[int]:
    """Ids of what agents do not read: turns of such a complaint, the desk's words on it."""
    read = list(messages)
    numbers = session.scalars(
        select(Case.number).where(
            Case.conversation_id.in_({one.conversation_id for one in read}),
            or_(Case.supervisors_only, Case.details["anonymous"].as_boolean().is_(True)),
        )
    ).all()
    return {
        one.id
        for one in read
        if one.supervisors_only
        or (one.sender is Sender.SYSTEM and any(number in one.text for number in numbers))
    }
