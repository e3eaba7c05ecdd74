"""The transcript of a chat: what was said, what happened, what people noted for one another.

Three cursors (`after`, `event`, `note`) bring a page everything new and everything changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.desk.service.beside import notes_of
from bot.desk.talk.secrets import secret_ids
from bot.store.channel_tables import TelegramMessage
from bot.store.service_tables import ChatNote
from bot.store.states import Delivery, Sender
from bot.store.tables import Agent, ConversationEvent, Effect, Message, Turn

PAGE = 100
"""So many messages are shown at first, and with each look further back."""


@dataclass(frozen=True)
class Line:
    """One line of the transcript: a message, an event of the conversation, or a note. `place` sorts them."""

    place: str
    message: Message | None
    event: ConversationEvent | None
    agent_name: str | None
    did: Sequence[str] = ()
    """Numbers of the cases that a cancelled reply's turn had opened or changed all the same."""
    note: ChatNote | None = None
    secret: bool = False
    """Does it speak of somebody at the desk, so that supervisors and admins alone read it?"""


@dataclass(frozen=True)
class Transcript:
    """Lines, and the three cursors (`after`, `event`, `note`) that bring what comes next."""

    lines: Sequence[Line]
    after: int
    event: int
    note: int
    earlier: int | None
    """The `seq` before which there is more to read, or None."""


def latest(session: Session, conversation_id: int, *, before: int | None = None) -> Transcript:
    """The newest page of the transcript, or the page before the `seq` `before`."""
    wanted = _messages(conversation_id).order_by(Message.seq.desc()).limit(PAGE + 1)
    if before is not None:
        wanted = wanted.where(Message.seq < before)
    rows = session.scalars(wanted).all()
    shown = list(reversed(rows[:PAGE]))
    more = len(rows) > PAGE
    events = _events_between(session, conversation_id, shown, to_the_end=before is None, first=not more)
    notes = [one for one in notes_of(session, conversation_id) if not more or one.at >= shown[0].created_at]
    if before is not None:
        notes = [one for one in notes if shown and one.at <= shown[-1].created_at]
    after = session.scalar(
        select(func.max(Message.revision)).where(Message.conversation_id == conversation_id)
    )
    return Transcript(
        lines=_woven(session, shown, events, notes),
        after=after or 0,
        event=_last_event(session, conversation_id),
        note=_last_note(session, conversation_id),
        earlier=shown[0].seq if more else None,
    )


def newer(session: Session, conversation_id: int, *, after: int, event: int, note: int) -> Transcript:
    """What is new or changed after the three cursors."""
    rows = session.scalars(
        _messages(conversation_id).where(Message.revision > after).order_by(Message.revision)
    ).all()
    events = session.scalars(
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.id > event)
        .order_by(ConversationEvent.id)
    ).all()
    notes = notes_of(session, conversation_id, after=note)
    return Transcript(
        lines=_woven(session, rows, events, notes),
        after=max((row.revision for row in rows), default=after),
        event=max((row.id for row in events), default=event),
        note=max((row.id for row in notes), default=note),
        earlier=None,
    )


def _messages(conversation_id: int) -> Select[Message]:
    return (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .options(
            selectinload(Message.attachments),
            selectinload(Message.versions),
            selectinload(Message.places).joinedload(TelegramMessage.replied_to),
            joinedload(Message.outbox),
            joinedload(Message.agent),
            joinedload(Message.turn),
        )
    )


def _events_between(
    session: Session, conversation_id: int, shown: Sequence[Message], *, to_the_end: bool, first: bool
) -> Sequence[ConversationEvent]:
    wanted = select(ConversationEvent).where(ConversationEvent.conversation_id == conversation_id)
    if shown and not first:
        wanted = wanted.where(ConversationEvent.at >= shown[0].created_at)
    if shown and not to_the_end:
        wanted = wanted.where(ConversationEvent.at <= shown[-1].created_at)
    return session.scalars(wanted.order_by(ConversationEvent.id)).all()


def _last_event(session: Session, conversation_id: int) -> int:
    last = session.scalar(
        select(func.max(ConversationEvent.id)).where(ConversationEvent.conversation_id == conversation_id)
    )
    return last or 0


def _woven(
    session: Session,
    messages: Sequence[Message],
    events: Sequence[ConversationEvent],
    notes: Sequence[ChatNote],
) -> list[Line]:
    """Messages by `seq`; each event and note behind the last message that was there when it happened."""
    done = _what_cancelled_turns_did(session, messages)
    secret = secret_ids(session, messages)
    lines = [
        Line(
            place=f"{message.seq:010d}",
            message=message,
            event=None,
            agent_name=message.agent.name if message.agent else None,
            did=done.get(message.turn_id or 0, ()),
            secret=message.id in secret,
        )
        for message in messages
    ]
    names = _names(session, events)
    for event in events:
        place = f"{_before(session, event.conversation_id, event.at):010d}.{event.id:010d}"
        lines.append(Line(place=place, message=None, event=event, agent_name=names.get(event.by)))
    for note in notes:
        place = f"{_before(session, note.conversation_id, note.at):010d}.n{note.id:010d}"
        lines.append(Line(place=place, message=None, event=None, agent_name=note.agent.name, note=note))
    return sorted(lines, key=lambda line: line.place)


def _before(session: Session, conversation_id: int, at: datetime) -> int:
    """The last message that was there at `at`.

    What is written in an event's own transaction (her first answer, the bot's farewell) follows it.
    """
    earlier = or_(Message.created_at < at, and_(Message.created_at == at, Message.sender == Sender.RESIDENT))
    return (
        session.scalar(
            select(func.max(Message.seq)).where(Message.conversation_id == conversation_id, earlier)
        )
        or 0
    )


def _last_note(session: Session, conversation_id: int) -> int:
    last = session.scalar(select(func.max(ChatNote.id)).where(ChatNote.conversation_id == conversation_id))
    return last or 0


def _names(session: Session, events: Iterable[ConversationEvent]) -> dict[str, str]:
    """Agents' names by their actor string "agent:3"."""
    ids = {int(event.by[6:]) for event in events if event.by.startswith("agent:")}
    rows = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))
    return {f"agent:{agent_id}": name for agent_id, name in rows}


def _what_cancelled_turns_did(session: Session, messages: Sequence[Message]) -> dict[int, list[str]]:
    turns = {
        message.turn_id
        for message in messages
        if message.turn_id is not None
        and message.outbox is not None
        and message.outbox.state is Delivery.CANCELLED
    }
    if not turns:
        return {}
    rows = session.execute(
        select(Turn.id, Effect.result)
        .join(Effect, Effect.turn_key == Turn.key)
        .where(Turn.id.in_(turns))
        .order_by(Effect.id)
    )
    done: dict[int, list[str]] = {}
    for turn_id, result in rows:
        done.setdefault(turn_id, []).extend(_numbers(result))
    return done


def _numbers(result: dict[str, Any]) -> list[str]:
    number = result.get("number") or result.get("case")
    return [number] if isinstance(number, str) else []
