"""For `./guanjia chat` and integrators' tests: a resident with a proved home, and a line for each turn.

Only the operator's token opens this door, never a visitor's session (design §8).
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.desk.casework.access import cases_of_resident
from bot.desk.people.residents import NoSuchHome, confirm_home
from bot.desk.talk.conversations import open_conversation
from bot.messaging.channels.webchat import channel
from bot.messaging.channels.webchat.bodies import whole_number
from bot.messaging.channels.webchat.faults import ChatFault
from bot.messaging.channels.webchat.guard import caller, chat_of
from bot.store import actors
from bot.store.states import Delivery, Mode, Sender, TurnState
from bot.store.tables import Case, Conversation, Message, OutboxRow, Turn

_ENDED = (TurnState.DONE, TurnState.ABANDONED)
_LAST_CASES = 20


def open_for_resident(session: Session, *, name: str | None, home: str | None, now: datetime) -> Conversation:
    """A new conversation; the operator vouches for the home. Raises ChatFault("home_unknown")."""
    conversation = open_conversation(
        session, channel=channel.NAME, address=f"operator-{uuid.uuid4()}", now=now, name=name
    )
    if home is not None:
        confirmed = confirm_home(
            session, resident_id=conversation.resident_id, home=home, by=actors.OPERATOR, now=now
        )
        if isinstance(confirmed, NoSuchHome):
            raise ChatFault("home_unknown", home=home)
    return conversation


async def list_turns(request: Request) -> Response:
    """GET /chat/api/turns?after=N: the turns after the Nth, and whether the desk has nothing left to do."""
    visit, chat = await caller(request), chat_of(request)
    if not visit.operator:
        raise ChatFault("operator_only")
    after = whole_number(request.query_params.get("after", "0"), "after")
    lines = await chat.work.read(lambda session: turn_lines(session, visit.conversation_id, after))
    return JSONResponse(lines, headers={"Cache-Control": "no-store"})


def turn_lines(session: Session, conversation_id: int, after: int) -> dict[str, Any]:
    """{"turns": [...], "mode", "idle"}: idle means no message, turn or outgoing row is under way."""
    conversation = session.get_one(Conversation, conversation_id)
    # First: on PostgreSQL each read sees a later moment, and "idle" must not be newer than the turns.
    idle = _is_idle(session, conversation)
    session.refresh(conversation)
    ended = session.scalars(
        select(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.state.in_(_ENDED))
        .order_by(Turn.id)
        .offset(after)
    ).all()
    cases = [_case_json(case) for case in _cases(session, conversation)]
    return {
        "turns": [
            _turn_json(turn, number, conversation, cases)
            for number, turn in enumerate(ended, start=after + 1)
        ],
        "mode": conversation.mode.value,
        "idle": idle,
    }


def _turn_json(
    turn: Turn, number: int, conversation: Conversation, cases: list[dict[str, Any]]
) -> dict[str, Any]:
    parse = (turn.answer or {}).get("parse") or _last_parse(turn)
    return {
        "turn": number,
        "mode": conversation.mode.value,
        "intent": parse.get("intent"),
        "matters": parse.get("matters", []),
        "upset": parse.get("upset"),
        "emergency": parse.get("emergency"),
        "outcome": turn.outcome,
        "cases": cases,
    }


def _last_parse(turn: Turn) -> dict[str, Any]:
    parses = [message.parse for message in turn.messages if message.sender is Sender.RESIDENT]
    return next((parse for parse in reversed(parses) if parse), {})


def _cases(session: Session, conversation: Conversation) -> list[Case]:
    return cases_of_resident(
        session,
        resident_id=conversation.resident_id,
        conversation_id=conversation.id,
        limit=_LAST_CASES,
    )


def _case_json(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "kind": case.kind.value,
        "category": case.category,
        "urgency": case.urgency.value,
        "status": case.status.value,
        "promises": [
            {"what": one.what, "due_at": one.due_at.isoformat(), "state": one.state.value}
            for one in case.promises
        ],
    }


def _is_idle(session: Session, conversation: Conversation) -> bool:
    unhandled = exists().where(
        Message.conversation_id == conversation.id,
        Message.sender == Sender.RESIDENT,
        Message.turn_id.is_(None),
        Message.handled_at.is_(None),
    )
    open_turn = exists().where(Turn.conversation_id == conversation.id, Turn.state.not_in(_ENDED))
    on_its_way = exists().where(
        OutboxRow.conversation_id == conversation.id,
        OutboxRow.state.in_((Delivery.QUEUED, Delivery.SENDING)),
    )
    # While a person serves, what she has not answered yet is hers; the desk itself has nothing to do.
    if conversation.mode is not Mode.HUMAN and session.scalar(select(unhandled)):
        return False
    return not (session.scalar(select(open_turn)) or session.scalar(select(on_its_way)))
