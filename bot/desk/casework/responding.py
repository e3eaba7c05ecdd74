"""A person who answers in the chat has responded: what was promised of the cases told there is kept."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.desk.casework.promises import keep_promise
from bot.store.states import CaseKind
from bot.store.tables import Case, Promise

RESPOND = "respond"


def note_response(session: Session, conversation_id: int, *, by: str, now: datetime) -> list[Promise]:
    """Keep the open "respond" of every open case of this conversation (kept late, where it was missed).

    Not of an emergency: there help must be on its way, and whoever has it says so (R17).
    """
    cases = session.scalars(
        select(Case)
        .where(
            Case.conversation_id == conversation_id,
            Case.status.in_(OPEN_STATUSES),
            Case.kind != CaseKind.EMERGENCY,
        )
        .order_by(Case.id)
    ).all()
    kept = [keep_promise(session, case, RESPOND, by=by, now=now) for case in cases]
    return [promise for promise in kept if promise is not None]
