"""The list of notices and its count on the rail; "seen" for one or for all that were shown."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.people.notices import notices_for, see_notice
from bot.store.kept_from_tables import CaseKeptFrom
from bot.store.tables import Case, Notice
from bot.workspace import pages
from bot.workspace.faults import Refusal
from bot.workspace.parts import DESK
from bot.workspace.visits import Me, Visit, see_other

SHOWN = 100


def notices(visit: Visit) -> Response:
    """New ones first, then those already seen."""
    with visit.parts.store.read() as session:
        found = _hers(session, visit.me, unseen_only=False)
        return pages.page(
            visit, "notices/list.html", area="notices", notices=found, numbers=_numbers(session, found)
        )


def new_notices(session: Session, me: Me) -> int:
    """How many she has not seen."""
    return len(_hers(session, me, unseen_only=True))


def seen(visit: Visit) -> Response:
    """She has read them: the ids of the form, separated by commas."""
    ids = visit.needed("ids", limit=2000).split(",")
    if not all(one.isascii() and one.isdigit() and len(one) < 18 for one in ids):
        raise Refusal(400, "unreadable")
    with visit.parts.store.write() as session:
        hers = {notice.id for notice in _hers(session, visit.me, unseen_only=True)}
        for notice_id in sorted(hers & {int(one) for one in ids}):
            see_notice(session, notice_id, agent_id=visit.me.id, now=visit.now)
    visit.say_more(DESK)
    return see_other("/desk/notices")


def _hers(session: Session, me: Me, *, unseen_only: bool) -> Sequence[Notice]:
    """What is addressed to her; what is for all the desk is not for repair staff."""
    found = notices_for(session, me.id, unseen_only=unseen_only, limit=SHOWN)
    hidden = _for_others(session, found, me)
    mine = [one for one in found if (me.serves_chats or one.agent_id == me.id) and one.case_id not in hidden]
    return sorted(mine, key=lambda one: one.seen_at is not None)


def _for_others(session: Session, found: Sequence[Notice], me: Me) -> frozenset[int | None]:
    """The cases among them that she may not see: supervisors', and those that complain of herself."""
    ids = {notice.case_id for notice in found if notice.case_id is not None}
    if me.sees_complaints_of_colleagues:
        kept = select(CaseKeptFrom.case_id).where(
            CaseKeptFrom.case_id.in_(ids), CaseKeptFrom.agent_id == me.id
        )
        return frozenset(session.scalars(kept))
    return frozenset(session.scalars(select(Case.id).where(Case.id.in_(ids), Case.supervisors_only)))


def _numbers(session: Session, found: Sequence[Notice]) -> dict[int, str]:
    """The numbers of the cases they are about."""
    ids = {notice.case_id for notice in found if notice.case_id is not None}
    return {
        row.id: row.number for row in session.execute(select(Case.id, Case.number).where(Case.id.in_(ids)))
    }
