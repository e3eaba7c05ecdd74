"""The archive of ended chats 会话档案, and the supervisors' quality view 质检 (R41, R45)."""

from datetime import timedelta

from starlette.responses import Response

from bot.desk.people.agents import active_agents
from bot.desk.service import endings
from bot.workspace import pages
from bot.workspace.faults import Refusal, not_there
from bot.workspace.visits import Visit, note_look, see_other

WORDS_LIMIT = 60
PAGES = 10_000
COMMENT_LIMIT = 1000
AVERAGE_OF = timedelta(days=30)


def listing(visit: Visit) -> Response:
    """Ended chats by words, colleague, reason, day."""
    sought = _sought(visit)
    if sought.words:
        note_look(visit, "archive", "search_archive")
    with visit.parts.store.read() as session:
        found, more = endings.search(session, sought)
        return pages.page(
            visit,
            "service/archive.html",
            area="archive",
            found=found,
            more=more,
            sought=sought,
            day=visit.request.query_params.get("day", "")[:10],
            reasons_known=(*endings.REASONS, endings.IDLE),
            agents=active_agents(session),
        )


def quality(visit: Visit) -> Response:
    """A sample to look at, and how everybody's checks came out."""
    with visit.parts.store.read() as session:
        return pages.page(
            visit,
            "service/quality.html",
            area="quality",
            found=endings.sample(session, now=visit.now),
            averages=endings.averages(session, since=visit.now - AVERAGE_OF),
        )


def check(visit: Visit) -> Response:
    """A score and a comment."""
    score, comment = visit.needed("score", limit=1), visit.text("comment", limit=COMMENT_LIMIT)
    if score not in ("1", "2", "3", "4", "5"):
        raise Refusal(422, "bad_choice")
    with visit.parts.store.write() as session:
        done = endings.check(
            session,
            visit.number("ending"),
            score=int(score),
            comment=comment,
            by_id=visit.me.id,
            now=visit.now,
        )
    if done is None:
        raise not_there()
    return see_other("/desk/quality")


def _sought(visit: Visit) -> endings.Sought:
    asked = visit.request.query_params
    reason, since = asked.get("reason", ""), visit.asked_day("day")
    return endings.Sought(
        words=asked.get("words", "")[:WORDS_LIMIT].replace("\x00", " ").strip(),
        agent_id=visit.asked_number("agent"),
        reason=reason if reason in (*endings.REASONS, endings.IDLE) else "",
        since=since,
        until=since + timedelta(days=1) if since else None,
        with_secrets=visit.me.sees_complaints_of_colleagues,
        page=min(visit.asked_number("page") or 1, PAGES),
    )
