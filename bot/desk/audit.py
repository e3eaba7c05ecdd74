"""Who looked at or changed what, and when (R24). Ids only, never personal data."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.store.tables import AuditRow


def note(session: Session, *, by: str, what: str, subject: str, now: datetime) -> None:
    """Write one line: `what` is a verb key ("read_case"), `subject` names a thing ("case:12")."""
    session.add(AuditRow(by=by, what=what, subject=subject, at=now))
