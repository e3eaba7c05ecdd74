"""Who looked at or changed what, and when (R24). Ids only, never personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from bot.store.tables import AuditRow

LOOKS: Final = (
    "read_chat",
    "read_case",
    "search_archive",
    "phone_shown",
    "account_shown",
    "complainer_shown",
    "hear_account",
    "read_audit",
    "read_blocks",
)
"""The verbs of seeing personal data; every other verb changes something."""
PAGE: Final = 50


@dataclass(frozen=True)
class Wanted:
    """Which lines are asked for; empty fields ask for nothing. `looks`: only those of seeing."""

    by: str = ""
    subject: str = ""
    looks: bool = False
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1


def note(session: Session, *, by: str, what: str, subject: str, now: datetime) -> None:
    """Write one line: `what` is a verb key ("read_case"), `subject` names a thing ("case:12")."""
    session.add(AuditRow(by=by, what=what, subject=subject, at=now))


def lines(session: Session, wanted: Wanted, *, hidden: Sequence[str] = ()) -> tuple[Sequence[AuditRow], bool]:
    """One page of the log, the newest first, without the subjects `hidden`; True when there is more."""
    found = session.scalars(
        select(AuditRow)
        .where(*_conditions(wanted), not_(AuditRow.subject.in_(hidden)))
        .order_by(AuditRow.id.desc())
        .limit(PAGE + 1)
        .offset((wanted.page - 1) * PAGE)
    ).all()
    return found[:PAGE], len(found) > PAGE


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.by:
        found.append(AuditRow.by == wanted.by)
    if wanted.subject:
        found.append(AuditRow.subject == wanted.subject)
    if wanted.looks:
        found.append(AuditRow.what.in_(LOOKS))
    if wanted.since is not None:
        found.append(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditRow.at < wanted.until)
    return found
