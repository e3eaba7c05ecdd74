"""Entries written at the desk: published, changed by publishing anew, taken back (R43).

What the handbook's files say stays as it is; an entry of the same key published here goes before it until
it is taken back.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.casework.case_rows import OPEN_STATUSES, Say
from bot.desk.casework.cases import resolve_case
from bot.desk.estate.errors import EstateProblem, problems_of
from bot.desk.estate.model import Estate
from bot.desk.handbook.model import Entry
from bot.desk.handbook.unanswered import QuestionGroup
from bot.desk.handbook.wording import answer_text
from bot.store.counters import next_value
from bot.store.handbook_tables import HandbookEdit, QuestionState, UnansweredQuestion
from bot.store.states import CaseKind
from bot.store.tables import Case

log = logging.getLogger(__name__)

_COUNTER = "handbook"


@dataclass
class EntryRefused(Exception):
    """The entry cannot be published; `problems` name field, reason and mend."""

    problems: tuple[EstateProblem, ...]


@dataclass(frozen=True)
class Published:
    """`told`: conversations whose resident had wished to hear the answer and now has it."""

    edit: HandbookEdit
    entry: Entry
    told: tuple[int, ...] = ()


def publish(
    session: Session,
    content: Mapping[str, Any],
    *,
    estate: Estate,
    say: Say,
    by: str,
    now: datetime,
    group: QuestionGroup | None = None,
) -> Published:
    """Publish an entry; with `group` its questions are answered, and who waits for the answer is told.

    An entry without a key gets one. Raises EntryRefused.
    """
    given = {**content, "key": content.get("key") or f"desk_{next_value(session, _COUNTER)}"}
    try:
        entry = Entry.model_validate(given)
    except ValidationError as fault:
        raise EntryRefused(tuple(problems_of(fault, Entry))) from fault
    kept = entry.model_dump(mode="json", exclude_none=True)
    edit = HandbookEdit(key=entry.key, content=kept, published_at=now, published_by=by)
    session.add(edit)
    session.flush()
    audit.note(session, by=by, what="handbook_published", subject=f"handbook:{entry.key}", now=now)
    told = _settle(session, group, edit, answer_text(entry, estate), say, by, now) if group else []
    return Published(edit, entry, tuple(told))


def take_back(session: Session, edit_id: int, *, by: str, now: datetime) -> HandbookEdit | None:
    """Undo a publication: the one before it, or the file's entry, holds again; its questions are open again.

    None where it is not there or was taken back already.
    """
    edit = session.get(HandbookEdit, edit_id)
    if edit is None or edit.withdrawn_at is not None:
        return None
    edit.withdrawn_at, edit.withdrawn_by = now, by
    for question in session.scalars(select(UnansweredQuestion).where(UnansweredQuestion.edit_id == edit.id)):
        question.state, question.edit_id = QuestionState.OPEN, None
        question.settled_at = question.settled_by = None
    audit.note(session, by=by, what="handbook_taken_back", subject=f"handbook:{edit.key}", now=now)
    session.flush()
    return edit


def published_entries(session: Session) -> list[Entry]:
    """The entries of the desk that hold, the newest of each key; one an upgrade made unreadable is logged."""
    found = []
    for edit in edits(session, holding_only=True):
        try:
            found.append(Entry.model_validate(edit.content))
        except ValidationError as fault:
            problems = [str(one) for one in problems_of(fault, Entry)]
            log.error("handbook.unreadable", extra={"key": edit.key, "problems": problems})
    return found


def edits(session: Session, *, holding_only: bool = False, limit: int = 200) -> Sequence[HandbookEdit]:
    """Publications, the newest first; `holding_only`: of each key the newest that was not taken back."""
    if not holding_only:
        return session.scalars(select(HandbookEdit).order_by(HandbookEdit.id.desc()).limit(limit)).all()
    newest = (
        select(func.max(HandbookEdit.id))
        .where(HandbookEdit.withdrawn_at.is_(None))
        .group_by(HandbookEdit.key)
    )
    return session.scalars(select(HandbookEdit).where(HandbookEdit.id.in_(newest))).all()


def revision(session: Session) -> tuple[int, int]:
    """Changes with every publication and every taking back."""
    count, withdrawn = session.execute(
        select(func.count(HandbookEdit.id), func.count(HandbookEdit.withdrawn_at))
    ).one()
    return int(count), int(withdrawn)


def _settle(
    session: Session,
    group: QuestionGroup,
    edit: HandbookEdit,
    answer: str,
    say: Say,
    by: str,
    now: datetime,
) -> list[int]:
    """Mark the questions as answered; a case somebody opened for one is done and she is told the answer."""
    told = []
    for question in group.questions:
        question.state, question.edit_id = QuestionState.ANSWERED, edit.id
        question.settled_at, question.settled_by = now, by
        case = _case_of(session, question)
        if case is not None:
            resolve_case(session, case, result=answer.rstrip("。"), by=by, now=now, say=say)
            question.case_id = case.id
            told.append(question.conversation_id)
    session.flush()
    return told


def _case_of(session: Session, question: UnansweredQuestion) -> Case | None:
    """The inquiry she confirmed because she wished for the answer, while it is open."""
    cases = session.scalars(
        select(Case)
        .where(
            Case.conversation_id == question.conversation_id,
            Case.kind == CaseKind.INQUIRY,
            Case.status.in_(OPEN_STATUSES),
            Case.created_at >= question.asked_at,
        )
        .order_by(Case.id)
    )
    return next((case for case in cases if case.summary.startswith(question.text)), None)
