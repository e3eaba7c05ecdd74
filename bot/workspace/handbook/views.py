"""What nobody could answer, grouped; an entry written for it; publishing and undoing (R43)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.estate.errors import EstateProblem
from bot.desk.handbook import publishing
from bot.desk.handbook.model import Entry
from bot.desk.handbook.unanswered import QuestionGroup, group_of, open_groups, set_aside
from bot.desk.wording.speaking import speaker
from bot.store.handbook_tables import HandbookEdit
from bot.store.tables import Agent
from bot.workspace import pages
from bot.workspace.faults import not_there
from bot.workspace.handbook.form import SOURCES, Form, content_of, form_for, form_of, read_form
from bot.workspace.parts import DESK, OUTBOX, chat_topic
from bot.workspace.visits import Visit, see_other

PAGE = "/desk/handbook"
MOST_FOUND = 200


def listing(visit: Visit) -> Response:
    """The unanswered, what was written here, and all entries that hold."""
    words = (visit.request.query_params.get("words") or "").strip()[:80]
    with visit.parts.store.read() as session:
        groups = open_groups(session)
        edits = publishing.edits(session)
        return pages.page(
            visit,
            "handbook/list.html",
            area="handbook",
            groups=groups,
            entries=_entries(visit),
            found=_found(visit, words),
            words=words,
            edits=edits,
            names=_names(session, edits),
            problems=visit.parts.handbook_problems(),
        )


def write(visit: Visit) -> Response:
    """A form: empty, with an entry, or with the ways some residents asked."""
    asked, key = visit.request.query_params.get("question"), visit.request.query_params.get("entry")
    with visit.parts.store.read() as session:
        group = _group(session, asked) if asked else None
        entry = _entries(visit).get(key) if key else None
        if (asked and group is None) or (key and entry is None):
            raise not_there()
        form = form_of(entry) if entry else form_for(group) if group else Form()
        return _form_page(visit, form, group, ())


def publish(visit: Visit) -> Response:
    """Publish what the form says; residents who wished for the answer are told it."""
    form, asked = read_form(visit), visit.text("question", limit=18)
    say = speaker(visit.parts.words, visit.parts.estate, now=visit.now)
    with visit.parts.store.write() as session:
        group = _group(session, asked) if asked else None
        try:
            done = publishing.publish(
                session,
                content_of(form, _entries(visit).get(form.key)),
                estate=visit.parts.estate,
                say=say,
                by=visit.me.by,
                now=visit.now,
                group=group,
            )
        except publishing.EntryRefused as refused:
            return _form_page(visit, form, group, refused.problems, status=422)
        told = done.told
    visit.say_more(DESK, OUTBOX, *(chat_topic(one) for one in told))
    return see_other(PAGE)


def aside(visit: Visit) -> Response:
    """Not for the handbook: off the list."""
    with visit.parts.store.write() as session:
        group = _group(session, visit.needed("question", limit=18))
        if group is None:
            raise not_there()
        set_aside(session, group, by=visit.me.by, now=visit.now)
    return see_other(PAGE)


def undo(visit: Visit) -> Response:
    """Take a publication back."""
    with visit.parts.store.write() as session:
        if publishing.take_back(session, visit.number("edit"), by=visit.me.by, now=visit.now) is None:
            raise not_there()
    return see_other(PAGE)


def _form_page(
    visit: Visit,
    form: Form,
    group: QuestionGroup | None,
    problems: Sequence[EstateProblem],
    *,
    status: int = 200,
) -> Response:
    return pages.page(
        visit,
        "handbook/write.html",
        status=status,
        area="handbook",
        form=form,
        group=group,
        nearest=_nearest(visit, group),
        topics=visit.parts.words.labels["inquiry"],
        rows=range(SOURCES),
        wrong={problem.field.split(".")[0] for problem in problems},
    )


def _entries(visit: Visit) -> dict[str, Entry]:
    return dict(visit.parts.handbook().entries)


def _found(visit: Visit, words: str) -> list[Entry]:
    """Entries that hold these words; all of them without words."""
    found = [one for one in visit.parts.handbook() if words in f"{one.title}{one.answer}{''.join(one.asks)}"]
    return found[:MOST_FOUND]


def _nearest(visit: Visit, group: QuestionGroup | None) -> list[Entry]:
    keys = dict.fromkeys(key for question in (group.questions if group else ()) for key in question.nearest)
    entries = _entries(visit)
    return [entries[key] for key in keys if key in entries][:3]


def _group(session: Session, number: str) -> QuestionGroup | None:
    return group_of(session, int(number)) if number.isascii() and number.isdigit() else None


def _names(session: Session, edits: Sequence[HandbookEdit]) -> dict[str, str]:
    """Who published, by name."""
    ids = {one.published_by.removeprefix("agent:") for one in edits}
    found = (session.get(Agent, int(one)) for one in ids if one.isdigit())
    return {f"agent:{agent.id}": agent.name for agent in found if agent is not None}
