"""Quick phrases 常用语: everybody's own, and the estate's, which supervisors keep."""

from starlette.responses import Response

from bot.desk.service.phrases import UnknownVariable, delete_phrase, phrases_for, save_phrase
from bot.store.states import Role
from bot.workspace import pages
from bot.workspace.faults import Refusal, not_there
from bot.workspace.visits import Visit, see_other

TITLE_LIMIT = 60
TEXT_LIMIT = 2000


def listing(visit: Visit) -> Response:
    """All phrases she may use, with what she may change."""
    with visit.parts.store.read() as session:
        found = phrases_for(session, visit.parts.words, agent_id=visit.me.id, with_hidden=True)
    return pages.page(
        visit,
        "service/phrases.html",
        area="phrases",
        phrases=found,
        variables=visit.parts.words.labels.get("phrase_slot", {}),
        supervises=_supervises(visit),
    )


def save(visit: Visit) -> Response:
    """A phrase, new or changed."""
    shared = bool(visit.form.get("shared"))
    if shared and not _supervises(visit):
        raise not_there()
    with visit.parts.store.write() as session:
        try:
            saved = save_phrase(
                session,
                visit.parts.words,
                title=visit.needed("title", limit=TITLE_LIMIT),
                text=visit.needed("text", limit=TEXT_LIMIT),
                agent_id=visit.me.id,
                shared=shared,
                phrase_id=_id(visit),
                key=visit.text("key", limit=60) or None,
                hidden=bool(visit.form.get("hidden")),
                now=visit.now,
            )
        except UnknownVariable:
            known = visit.parts.words.labels.get("phrase_slot", {})
            raise Refusal(422, "unknown_variable", known="、".join(f"{{{one}}}" for one in known)) from None
    if saved is None:
        raise not_there()
    return see_other("/desk/phrases")


def delete(visit: Visit) -> Response:
    """Away with it; a shipped one is as shipped again."""
    shared, phrase_id = bool(visit.form.get("shared")), _id(visit)
    if (shared and not _supervises(visit)) or phrase_id is None:
        raise not_there()
    with visit.parts.store.write() as session:
        if not delete_phrase(session, phrase_id, agent_id=visit.me.id, shared=shared, now=visit.now):
            raise not_there()
    return see_other("/desk/phrases")


def _id(visit: Visit) -> int | None:
    given = visit.text("id", limit=18)
    return int(given) if given.isascii() and given.isdigit() else None


def _supervises(visit: Visit) -> bool:
    return visit.me.role in (Role.SUPERVISOR, Role.ADMIN)
