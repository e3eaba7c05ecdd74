"""A reply to an older message 引用: the case it points at, or the words of hers that it says again."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.desk.casework.access import case_for_resident
from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.language.case_numbers import find_case_numbers
from bot.language.normalise import normalise
from bot.store.channel_tables import TelegramMessage
from bot.store.states import Sender
from bot.store.tables import Case, Conversation, Message

_CLAUSE_ENDS: Final = re.compile(r"[\s,，.。;；!！?？、]+")
_SHORTEST: Final = 2
"""Letters of a clause that can tell one matter from another."""


@dataclass(frozen=True)
class Quoted:
    """What she points at. `number`: the one case that can be meant, and she may see it."""

    number: str | None
    open: bool
    own_words: str
    """What she wrote herself in the message she quotes; "" where it is not hers."""


def quoted_in(session: Session, conversation: Conversation, message_ids: Collection[int]) -> Quoted | None:
    """What the newest of these messages that answers an older one points at; None where none does."""
    place = session.scalars(
        select(TelegramMessage)
        .where(
            TelegramMessage.message_id.in_(message_ids),
            or_(TelegramMessage.replied_to_id.is_not(None), TelegramMessage.quoted.is_not(None)),
        )
        .order_by(TelegramMessage.id.desc())
        .limit(1)
    ).one_or_none()
    if place is None:
        return None
    older = place.replied_to
    hers = older is not None and older.sender is Sender.RESIDENT
    case = _case_named(session, conversation, place.quoted or "", older.text if older else "")
    if case is None and older is not None and hers:
        case = _case_opened_by(session, older)
    own_words = (place.quoted or older.text) if older is not None and hers else ""
    if case is None:
        return Quoted(None, False, own_words)
    return Quoted(case.number, case.status in OPEN_STATUSES, own_words)


def _case_named(session: Session, conversation: Conversation, *texts: str) -> Case | None:
    """The one case whose number stands in the part she chose, else in the whole message."""
    for text in texts:
        numbers = {found.value for found in find_case_numbers(text)}
        if len(numbers) == 1:
            return case_for_resident(
                session,
                numbers.pop(),
                resident_id=conversation.resident_id,
                conversation_id=conversation.id,
            )
    return None


def _case_opened_by(session: Session, message: Message) -> Case | None:
    """The one case that was opened in this conversation from what she wrote there."""
    later = session.scalars(
        select(Case).where(
            Case.conversation_id == message.conversation_id, Case.created_at >= message.created_at
        )
    )
    said = normalise(message.text)
    found = [case for case in later if any(clause in said for clause in _clauses(case.summary))]
    return found[0] if len(found) == 1 else None


def _clauses(summary: str) -> list[str]:
    return [one for one in _CLAUSE_ENDS.split(normalise(summary)) if len(one) >= _SHORTEST]
