"""Reading chats: the page, its lists, and the parts that live updates fetch."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import FileResponse, HTMLResponse, Response

from bot.desk.casework import access
from bot.desk.people.blocks import DAYS, block_of
from bot.desk.people.residents import masked_phone
from bot.desk.service.beside import draft_of, traits_of
from bot.desk.service.next_steps import next_steps
from bot.desk.service.presence import onlookers, standings
from bot.desk.service.summary import summarise
from bot.desk.talk.left_matters import left_of
from bot.store.states import Mode
from bot.store.tables import Attachment, Conversation, Message
from bot.workspace import pages
from bot.workspace.chats import beside, casework, reading, transcript, understanding
from bot.workspace.chats.lists import ChatLists, chat_lists, kept_for
from bot.workspace.faults import Refusal, not_there
from bot.workspace.visits import Visit, note_look

CASES_BESIDE = 20
SHOWN_IN_LINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
HEARD_IN_LINE = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/x-m4a", "video/mp4"})


def chats(visit: Visit) -> Response:
    """The lists, no chat open."""
    with visit.parts.store.read() as session:
        lists = _lists(session, visit)
        return pages.page(visit, "chats/page.html", area="chats", lists=lists, open_id=None, chat=None)


def chat(visit: Visit) -> Response:
    """The lists, the chat with its latest messages, the person beside it."""
    conversation_id = visit.number("id")
    with visit.parts.store.read() as session:
        reading.chat_for(session, visit.me, conversation_id)
    note_look(visit, f"conversation:{conversation_id}", "read_chat")
    with visit.parts.store.read() as session:
        found = reading.chat_for(session, visit.me, conversation_id)
        return pages.page(
            visit,
            "chats/page.html",
            area="chats",
            lists=_lists(session, visit),
            open_id=conversation_id,
            transcript=transcript.latest(session, conversation_id),
            reads_secrets=reading.reads_secrets_of(session, visit.me, conversation_id),
            draft=draft_of(session, conversation_id, agent_id=visit.me.id),
            phrases=beside.phrases_of(session, visit, found),
            hints=visit.parts.words.labels.get("hint", {}),
            readings=understanding.choices(),
            **_head(session, visit, found),
            **_summary(session, visit, found),
            **{k: v for k, v in _person(session, visit, found).items() if k not in ("homes", "block")},
        )


def chat_list(visit: Visit) -> Response:
    """The lists alone."""
    opened = visit.request.query_params.get("open", "")
    with visit.parts.store.read() as session:
        lists = _lists(session, visit)
        open_id = int(opened) if opened.isascii() and opened.isdigit() else None
        return pages.page(visit, "chats/_list.html", lists=lists, open_id=open_id)


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


def summary(visit: Visit) -> Response:
    """What whoever takes it over must know, as it is now."""
    with visit.parts.store.read() as session:
        found = reading.chat_for(session, visit.me, visit.number("id"))
        return pages.page(visit, "chats/_summary.html", chat=found, **_summary(session, visit, found))


def messages(visit: Visit) -> Response:
    """What is new or changed after the cursors `after` and `event`, or the page before `before`."""
    conversation_id = visit.number("id")
    with visit.parts.store.read() as session:
        reading.chat_for(session, visit.me, conversation_id)
        if "before" in visit.request.query_params:
            found = transcript.latest(session, conversation_id, before=_cursor(visit, "before"))
        else:
            after, event = _cursor(visit, "after"), _cursor(visit, "event")
            found = transcript.newer(
                session, conversation_id, after=after, event=event, note=_cursor(visit, "note")
            )
        return pages.page(
            visit,
            "chats/_lines.html",
            transcript=found,
            chat_id=conversation_id,
            reads_secrets=reading.reads_secrets_of(session, visit.me, conversation_id),
        )


def attachment(visit: Visit) -> Response:
    """A file of a message: pictures and voice in line, everything else as a download."""
    with visit.parts.store.read() as session:
        found = session.get(Attachment, visit.number("id"))
        if found is None:
            raise not_there()
        message = session.get_one(Message, found.message_id)
        reading.chat_for(session, visit.me, message.conversation_id)
        open_to_her = reading.reads_secrets_of(session, visit.me, message.conversation_id)
        if message.supervisors_only and not open_to_her:
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


def _lists(session: Session, visit: Visit) -> ChatLists:
    whole = visit.request.query_params.get("everyone") == "1"
    return chat_lists(session, visit.me, estate=visit.parts.estate, now=visit.now, whole=whole)


def _head(session: Session, visit: Visit, chat: Conversation) -> dict[str, Any]:
    mine = chat.mode is Mode.HUMAN and chat.owner_id == visit.me.id
    estate = visit.parts.estate
    return {
        "chat": chat,
        "mine": mine,
        "held": chat.mode is Mode.HUMAN and not mine,
        "colleagues": [
            one for one in standings(session, estate=estate, now=visit.now) if one.agent_id != visit.me.id
        ],
        "homes": reading.homes_of(chat.resident),
        "onlookers": onlookers(session, chat.id, but=visit.me.id, now=visit.now),
        "kept": kept_for(session, [chat.id]).get(chat.id),
        "block": block_of(session, chat.resident_id, now=visit.now),
    }


def _summary(session: Session, visit: Visit, chat: Conversation) -> dict[str, Any]:
    summary = summarise(
        session,
        chat,
        seen_by=(visit.me.role, visit.me.id),
        with_secrets=reading.reads_secrets_of(session, visit.me, chat.id),
        now=visit.now,
    )
    return {"summary": summary, "steps": next_steps(summary, now=visit.now)}


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
        "block": block_of(session, chat.resident_id, now=visit.now),
        "block_days": DAYS,
        "left": left_of(chat),
        "masked": masked_phone(chat.resident.phone),
        "traits": traits_of(session, chat.resident_id),
        "categories": casework.categories(visit),
    }


def _cursor(visit: Visit, name: str) -> int:
    given = visit.request.query_params.get(name, "0")
    if not (given.isascii() and given.isdigit() and len(given) < 12):
        raise Refusal(400, "unreadable")
    return int(given)
