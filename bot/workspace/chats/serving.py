"""Serving a chat: take over, answer, hand back, transfer, send again."""

from uuid import uuid4

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.desk.service import beside, endings, presence, transfers
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk import conversations, outbox
from bot.desk.talk.transcript import NewAttachment
from bot.store.tables import Agent, Message
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, INBOX, OUTBOX, PictureRefused, chat_topic
from bot.workspace.visits import Visit, is_fragment, see_other

ANSWER_LIMIT = 4000
NOTE_LIMIT = 1000
CLIENT_ID_LIMIT = 60


def take_over(visit: Visit) -> Response:
    """The first gets it; who comes second is told who has it."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        outcome = conversations.take_over(session, chat.id, agent_id=visit.me.id, now=visit.now)
    if isinstance(outcome, conversations.HeldByAnother):
        raise Refusal(409, "held", holder=outcome.agent_name)
    return _changed(visit)


def answer(visit: Visit) -> Response:
    """Write to the resident; `client_id` makes a repeated sending harmless.

    204 for the page's script, with `X-Took-Over` when the chat became hers by answering it.
    """
    text = visit.text("text", limit=ANSWER_LIMIT)
    files = _pictures(visit)
    if not text and not files:
        raise Refusal(422, "empty")
    client_id = visit.text("client_id", limit=CLIENT_ID_LIMIT) or str(uuid4())
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        outcome = conversations.answer(
            session,
            chat.id,
            agent_id=visit.me.id,
            text=text,
            attachments=files,
            client_id=client_id,
            now=visit.now,
        )
        if isinstance(outcome, conversations.Answered):
            beside.save_draft(session, chat.id, agent_id=visit.me.id, text="", now=visit.now)
    if isinstance(outcome, conversations.HeldByAnother):
        raise Refusal(409, "held", holder=outcome.agent_name)
    visit.say_more(OUTBOX)
    response = _changed(visit)
    if is_fragment(visit.request):
        response = Response(status_code=204)
        if outcome.took_over:
            response.headers["X-Took-Over"] = "1"
    return response


def typing(visit: Visit) -> Response:
    """The resident sees that someone writes, only in a chat that is hers; colleagues see it in any."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if chat.owner_id == visit.me.id:
            visit.typing_in = chat_topic(chat.id)
        if presence.heartbeat(session, visit.me.id, now=visit.now, chat_id=chat.id, typing=True):
            visit.say_more(chat_topic(chat.id))
    return Response(status_code=204)


def hand_back(visit: Visit) -> Response:
    """The assistant serves again, and is given her note."""
    note = visit.text("note", limit=NOTE_LIMIT)
    reason = visit.text("reason", limit=30) or "other"
    if reason not in endings.REASONS:
        raise Refusal(422, "bad_choice")
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if chat.owner_id == visit.me.id:
            endings.record_ending(
                session, chat.id, agent_id=visit.me.id, reason=reason, note=note, now=visit.now
            )
        outcome = conversations.hand_back(
            session, chat.id, agent_id=visit.me.id, note=note or None, now=visit.now
        )
    if isinstance(outcome, conversations.NotYours):
        raise Refusal(409, "not_yours")
    visit.say_more(INBOX, OUTBOX)
    return _changed(visit)


def transfer(visit: Visit) -> Response:
    """Give it to a colleague, or to a department ("dep:finance"), with a note; supervisors may give any."""
    to = visit.needed("to", limit=70)
    note = visit.text("note", limit=NOTE_LIMIT)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        outcome: transfers.Queued | conversations.Transferred | conversations.NotYours
        if to.startswith("dep:"):
            outcome = _to_department(visit, session, chat.id, to.removeprefix("dep:"), note)
        else:
            outcome = _to_colleague(visit, session, chat.id, to, note)
    if isinstance(outcome, conversations.NotYours):
        raise Refusal(409, "not_yours")
    visit.say_more(OUTBOX)
    return _changed(visit)


def _to_colleague(
    visit: Visit, session: Session, chat_id: int, to: str, note: str
) -> conversations.Transferred | conversations.NotYours:
    colleague = session.get(Agent, int(to)) if to.isascii() and to.isdigit() else None
    if colleague is None or not colleague.active or colleague.role == "staff":
        raise Refusal(422, "bad_choice")
    return transfers.give_to_colleague(
        session, chat_id, agent_id=visit.me.id, to_agent_id=colleague.id, note=note, now=visit.now
    )


def _to_department(
    visit: Visit, session: Session, chat_id: int, department: str, note: str
) -> transfers.Queued | conversations.NotYours:
    voice = ServiceVoice(visit.parts.words, visit.parts.estate)
    try:
        return transfers.give_to_department(
            session,
            chat_id,
            agent_id=visit.me.id,
            department=department,
            note=note,
            voice=voice,
            now=visit.now,
        )
    except LookupError:
        raise Refusal(422, "bad_choice") from None


def resend(visit: Visit) -> Response:
    """Send again what failed, or what the channel did not confirm (R38)."""
    message_id = visit.needed("message", limit=18)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        message = (
            session.get(Message, int(message_id)) if message_id.isascii() and message_id.isdigit() else None
        )
        if message is None or message.conversation_id != chat.id or message.outbox is None:
            raise not_there()
        outcome = outbox.resend(session, message.id, by=visit.me.by, now=visit.now)
    if isinstance(outcome, outbox.NotResendable):
        raise Refusal(409, "illegal_move")
    visit.say_more(OUTBOX)
    return _changed(visit)


def _pictures(visit: Visit) -> list[NewAttachment]:
    """The picture she sends, checked and kept before the message says that it is there."""
    upload = visit.files.get("picture")
    if upload is None:
        return []
    try:
        return [visit.parts.keep_picture(upload.file)]
    except PictureRefused as fault:
        raise Refusal(422, fault.key) from None


def _changed(visit: Visit) -> Response:
    conversation_id = visit.number("id")
    visit.say_more(chat_topic(conversation_id), DESK)
    return see_other(f"/desk/chats/{conversation_id}")
