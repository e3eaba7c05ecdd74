"""The log of who looked at or changed what 查阅记录 (R24), for supervisors; reading it is a line of it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk import audit
from bot.desk.people.agents import active_agents
from bot.desk.people.names import names_of
from bot.store import actors
from bot.store.kept_from_tables import CaseKeptFrom
from bot.store.tables import AuditRow, Case
from bot.workspace import pages
from bot.workspace.visits import Visit, note_look

SUBJECT_LIMIT = 60
PAGES = 10_000


def listing(visit: Visit) -> Response:
    """By colleague, by what was seen, by day, or only the looks at personal data."""
    wanted = _wanted(visit)
    note_look(visit, "audit", "read_audit")
    with visit.parts.store.read() as session:
        found, more = audit.lines(session, wanted, hidden=_kept_from(session, visit.me.id))
        return pages.page(
            visit,
            "service/audit.html",
            area="audit",
            found=found,
            more=more,
            wanted=wanted,
            agents=active_agents(session),
            names=names_of(session, {sign for row in found for sign in (row.by, row.subject)}),
            numbers=_numbers(session, found),
            day=visit.request.query_params.get("day", "")[:10],
        )


def _wanted(visit: Visit) -> audit.Wanted:
    asked = visit.request.query_params
    agent = visit.asked_number("agent")
    since = visit.asked_day("day")
    return audit.Wanted(
        by="" if agent is None else actors.agent(agent),
        subject=asked.get("subject", "")[:SUBJECT_LIMIT].replace("\x00", "").strip(),
        looks=asked.get("show", "looks") == "looks",
        since=since,
        until=since + timedelta(days=1) if since else None,
        page=min(visit.asked_number("page") or 1, PAGES),
    )


def _kept_from(session: Session, agent_id: int) -> list[str]:
    """Lines about a complaint of herself would tell her that there is one."""
    ids = session.scalars(select(CaseKeptFrom.case_id).where(CaseKeptFrom.agent_id == agent_id))
    return [f"case:{case_id}" for case_id in ids]


def _numbers(session: Session, rows: Sequence[AuditRow]) -> dict[str, str]:
    """The numbers of the cases among the subjects."""
    cases = {row.subject.removeprefix("case:") for row in rows if row.subject.startswith("case:")}
    ids = {int(one) for one in cases if one.isdigit()}
    found = session.execute(select(Case.id, Case.number).where(Case.id.in_(ids)))
    return {f"case:{case_id}": number for case_id, number in found}
