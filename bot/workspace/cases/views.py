"""Reading cases: the list with its filters, one case with its history and promises."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.casework.cases import MOVES
from bot.desk.people import agents
from bot.desk.people.residents import masked_phone
from bot.desk.service.beside import traits_of
from bot.store.service_tables import ResidentTrait
from bot.store.states import CaseKind
from bot.store.tables import Case
from bot.workspace import pages
from bot.workspace.cases import reading
from bot.workspace.visits import Visit, note_look


def cases(visit: Visit) -> Response:
    """The list; the filters are the address."""
    wanted = _filter(visit)
    with visit.parts.store.read() as session:
        found = reading.case_list(session, visit.me, wanted, visit.now)
        return pages.page(
            visit,
            "cases/list.html",
            area="cases",
            found=found,
            wanted=wanted,
            is_late=reading.is_late,
        )


def case(visit: Visit) -> Response:
    """One case, what can be done with it now, and what to mind with the person; the look is written down."""
    with visit.parts.store.read() as session:
        case_id = reading.case_for(session, visit.me, visit.request.path_params["number"]).id
    note_look(visit, f"case:{case_id}", "read_case")
    with visit.parts.store.read() as session:
        found = reading.case_for(session, visit.me, visit.request.path_params["number"])
        return pages.page(
            visit,
            "cases/case.html",
            area="cases",
            case=found,
            names=reading.names_in(session, found),
            moves=MOVES[found.status],
            colleagues=[
                one for one in agents.active_agents(session) if reading.may_be_given(session, found, one)
            ],
            is_late=reading.is_late,
            unnamed=found.is_anonymous,
            traits=_traits(session, found),
            contact=masked_phone(found.contact) if found.contact else None,
        )


def _traits(session: Session, case: Case) -> Sequence[ResidentTrait]:
    """What to mind with her; of who is not to be named, nothing."""
    return traits_of(session, case.resident_id) if case.resident_id and not case.is_anonymous else ()


def _filter(visit: Visit) -> reading.CaseFilter:
    """What the address asks for; what is not understood is left at its default."""
    asked = visit.request.query_params
    show, kind, page = asked.get("show", ""), asked.get("kind", ""), asked.get("page", "")
    return reading.CaseFilter(
        show=show if show in reading.SHOWS else "open",
        kind=CaseKind(kind) if kind in list(CaseKind) else None,
        words=asked.get("words", "")[:80].replace("\x00", " ").strip(),
        page=min(int(page), 10_000) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )
