"""What the desk wrote down about a thing: who looked at or changed it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.tables import AuditRow


def lines_about(session: Session, subject: str) -> list[AuditRow]:
    """The lines about one thing ("case:12"), newest first."""
    wanted = select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id.desc())
    return list(session.scalars(wanted))
