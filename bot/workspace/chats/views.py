"""Reading chats: the page, its lists, and the parts that live updates fetch."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import FileResponse, HTMLResponse, Response

from bot.desk.casework import access
from bot.desk.people.residents import masked_phone
from bot.store.states import Mode
from bot.store.tables import Attachment, Conversation, Message
from bot.workspace import pages
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.visits import Visit

CASES_BESIDE = 20
SHOWN_IN_LINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
HEARD_IN_LINE = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/x-m4a", "video/mp4"})


def chats(visit: Visit) -> Response:
    """The lists, no chat open."""
    with visit.parts.store.read() as session:
        lists = reading.chat_lists(session, visit.me, visit.now)
        return pages.page(visit, "chats/page.html", area="chats", lists=lists, open_id=None, chat=None)


def chat(visit: Visit) -> Response:
    """The lists, the chat with its latest messages, the person beside it."""
    conversation_id = visit.number("id")
    with visit.parts.store.read() as session:
        found = reading.chat_for(session, visit.me, conversation_id)
        return pages.page(
            visit,
            "chats/page.html",
            area="chats",
            lists=reading.chat_lists(session, visit.me, visit.now),
            open_id=conversation_id,
            transcript=reading.latest(session, conversation_id),
            **(_head(session, visit, found) | _person(session, visit, found)),
        )


def chat_list(visit: Visit) -> Response:
    """The lists alone."""
    opened = visit.request.query_params.get("open", "")
    with visit.parts.store.read() as session:
        lists = reading.chat_lists(session, visit.me, visit.now)
        open_id = int(opened) if opened.isascii() and opened.isdigit() else None
        return pages.page(visit, "chats/_list.html", lists=lists, open_id=open_id)


def count(visit: Visit) -> Response:
    """How many wait, for the badge on the rail."""
    with visit.parts.store.read() as session:
        return pages.page(visit, "chats/_count.html", count=reading.waiting_count(session))


def head(visit: Visit) -> Response:
    """Who serves the chat and what can be done now; with it, out of band, the hint over the text box."""
    with visit.parts.store.read() as session:
        found = reading.chat_for(session, visit.me, visit.number("id"))
        return pages.page(visit, "chats/_head.html", swapped=True, **_head(session, visit, found))


def person(visit: Visit) -> Response:
    """The person beside the chat."""
    with visit.parts.store.read() as session:
        found = reading.chat_for(session, visit.me, visit.number("id"))
        return pages.page(visit, "chats/_person.html", chat=found, **_person(session, visit, found))


def messages(visit: Visit) -> Response:
    """What is new or changed after the cursors `after` and `event`, or the page before `before`."""
    conversation_id = visit.number("id")
    with visit.parts.store.read() as session:
        reading.chat_for(session, visit.me, conversation_id)
        if "before" in visit.request.query_params:
            transcript = reading.latest(session, conversation_id, before=_cursor(visit, "before"))
        else:
            after, event = _cursor(visit, "after"), _cursor(visit, "event")
            transcript = reading.newer(session, conversation_id, after=after, event=event)
        return pages.page(visit, "chats/_lines.html", transcript=transcript, chat_id=conversation_id)


def attachment(visit: Visit) -> Response:
    """A file of a message: pictures and voice in line, everything else as a download."""
    with visit.parts.store.read() as session:
        found = session.get(Attachment, visit.number("id"))
        if found is None:
            raise not_there()
        message = session.get_one(Message, found.message_id)
        reading.chat_for(session, visit.me, message.conversation_id)
        if message.supervisors_only and not visit.me.sees_complaints_of_colleagues:
            raise not_there()
    path = visit.parts.attachment_path(found.sha256)
    if not path.exists():
        return HTMLResponse(status_code=404)
    in_line = found.media_type in SHOWN_IN_LINE | HEARD_IN_LINE
    return FileResponse(
        path,
        media_type=found.media_type if in_line else "application/octet-stream",
        filename=found.name or f"{found.id}",
        content_disposition_type="inline" if in_line else "attachment",
        headers={"Cache-Control": "private, max-age=86400, immutable"},
    )


def _head(session: Session, visit: Visit, chat: Conversation) -> dict[str, Any]:
    mine = chat.mode is Mode.HUMAN and chat.owner_id == visit.me.id
    return {
        "chat": chat,
        "mine": mine,
        "held": chat.mode is Mode.HUMAN and not mine,
        "colleagues": reading.colleagues(session, visit.me),
        "homes": reading.homes_of(chat.resident),
    }


def _person(session: Session, visit: Visit, chat: Conversation) -> dict[str, Any]:
    return {
        "cases": access.cases_beside_chat(
            session,
            resident_id=chat.resident_id,
            conversation_id=chat.id,
            seen_by=(visit.me.role, visit.me.id),
            limit=CASES_BESIDE,
        ),
        "homes": reading.homes_of(chat.resident),
        "masked": masked_phone(chat.resident.phone),
    }


def _cursor(visit: Visit, name: str) -> int:
    given = visit.request.query_params.get(name, "0")
    if not (given.isascii() and given.isdigit() and len(given) < 12):
        raise Refusal(400, "unreadable")
    return int(given)
