"""Serving a chat: take over, answer, hand back, transfer, send again."""

from uuid import uuid4

from starlette.responses import Response

from bot.desk.talk import conversations, outbox
from bot.store.tables import Agent, Message
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, INBOX, OUTBOX, chat_topic
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
    text = visit.needed("text", limit=ANSWER_LIMIT)
    client_id = visit.text("client_id", limit=CLIENT_ID_LIMIT) or str(uuid4())
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        outcome = conversations.answer(
            session, chat.id, agent_id=visit.me.id, text=text, client_id=client_id, now=visit.now
        )
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
    """The resident sees that someone writes; only in a chat that is hers."""
    with visit.parts.store.read() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if chat.owner_id == visit.me.id:
            visit.typing_in = chat_topic(chat.id)
    return Response(status_code=204)


def hand_back(visit: Visit) -> Response:
    """The assistant serves again, and is given her note."""
    note = visit.text("note", limit=NOTE_LIMIT)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        outcome = conversations.hand_back(
            session, chat.id, agent_id=visit.me.id, note=note or None, now=visit.now
        )
    if isinstance(outcome, conversations.NotYours):
        raise Refusal(409, "not_yours")
    visit.say_more(INBOX, OUTBOX)
    return _changed(visit)


def transfer(visit: Visit) -> Response:
    """Give it to a colleague; supervisors may give (or take) any."""
    to = visit.needed("to", limit=12)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        colleague = session.get(Agent, int(to)) if to.isascii() and to.isdigit() else None
        if colleague is None or not colleague.active or colleague.role == "staff":
            raise Refusal(422, "bad_choice")
        outcome = conversations.transfer(
            session, chat.id, agent_id=visit.me.id, to_agent_id=colleague.id, now=visit.now
        )
    if isinstance(outcome, conversations.NotYours):
        raise Refusal(409, "not_yours")
    return _changed(visit)


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


def _changed(visit: Visit) -> Response:
    conversation_id = visit.number("id")
    visit.say_more(chat_topic(conversation_id), DESK)
    return see_other(f"/desk/chats/{conversation_id}")
