"""What the chat pages show, read in few queries: the lists, the transcript, the person.

Everyone who serves chats may read every chat (`signed_in` lets nobody else in); `chat_for` is the one
door to a conversation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.store.channel_tables import TelegramMessage
from bot.store.states import Delivery, Mode, Sender
from bot.store.tables import (
    Agent,
    Case,
    Conversation,
    ConversationEvent,
    Effect,
    Message,
    Residency,
    Resident,
    Turn,
)
from bot.workspace.faults import not_there
from bot.workspace.visits import Me

WITH_BOT_DAYS = 7
"""The assistant's chats of this many days are listed …"""
WITH_BOT_LIMIT = 50
"""… and not more than so many."""
PAGE = 100
"""So many messages are shown at first, and with each look further back."""
UPSET_LOOKS_AT = 5
UPSET_WITHIN = 60
"""Only so many numbers back, so that a long conversation costs no more than a short one."""


@dataclass(frozen=True)
class ChatLine:
    """One chat in the list."""

    chat: Conversation
    last: Message | None
    home: str | None
    home_verified: bool
    upset: int
    """The worst of the resident's last five messages, 0 to 2."""
    secret: bool = False
    """Is what was said last for supervisors and admins alone?"""


@dataclass(frozen=True)
class ChatLists:
    """The three lists: who waits, hers (or, for supervisors, all that people serve), the assistant's."""

    waiting: Sequence[ChatLine]
    mine: Sequence[ChatLine]
    others: Sequence[ChatLine]
    with_bot: Sequence[ChatLine]

    @property
    def nothing(self) -> bool:
        return not (self.waiting or self.mine or self.others or self.with_bot)


@dataclass(frozen=True)
class Line:
    """One line of the transcript: a message, or an event of the conversation. `place` sorts them."""

    place: str
    message: Message | None
    event: ConversationEvent | None
    agent_name: str | None
    did: Sequence[str] = ()
    """Numbers of the cases that a cancelled reply's turn had opened or changed all the same."""
    secret: bool = False
    """Does it speak of somebody at the desk, so that supervisors and admins alone read it?"""


@dataclass(frozen=True)
class Transcript:
    """Lines, and the two cursors (`after`, `event`) that bring what comes next."""

    lines: Sequence[Line]
    after: int
    event: int
    earlier: int | None
    """The `seq` before which there is more to read, or None."""


def chat_for(session: Session, me: Me, conversation_id: int) -> Conversation:
    """The conversation, for someone who serves chats. Raises a 404 otherwise."""
    found = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .options(
            joinedload(Conversation.owner),
            joinedload(Conversation.resident).selectinload(Resident.homes).joinedload(Residency.household),
        )
    )
    if found is None or not me.serves_chats:
        raise not_there()
    return found


def waiting_count(session: Session) -> int:
    """How many residents wait for a person."""
    count = session.scalar(select(func.count()).where(Conversation.mode == Mode.WAITING))
    return count or 0


def chat_lists(session: Session, me: Me, now: datetime) -> ChatLists:
    """All lists of the chats page."""
    waiting = _chats().where(Conversation.mode == Mode.WAITING).order_by(Conversation.waiting_since)
    human = _chats().where(Conversation.mode == Mode.HUMAN).order_by(Conversation.last_message_at.desc())
    with_bot = (
        _chats()
        .where(
            Conversation.mode == Mode.BOT,
            Conversation.last_message_at > now - timedelta(days=WITH_BOT_DAYS),
        )
        .order_by(Conversation.last_message_at.desc())
        .limit(WITH_BOT_LIMIT)
    )
    served = session.scalars(human).all()
    return ChatLists(
        waiting=_lines(session, session.scalars(waiting).all(), of_resident=True),
        mine=_lines(session, [chat for chat in served if chat.owner_id == me.id]),
        others=_lines(session, [chat for chat in served if chat.owner_id != me.id]),
        with_bot=_lines(session, session.scalars(with_bot).all()),
    )


def colleagues(session: Session, me: Me) -> Sequence[Agent]:
    """Whom a chat can be given to."""
    return session.scalars(
        select(Agent).where(Agent.active, Agent.id != me.id, Agent.role != "staff").order_by(Agent.name)
    ).all()


def latest(session: Session, conversation_id: int, *, before: int | None = None) -> Transcript:
    """The newest page of the transcript, or the page before the `seq` `before`."""
    wanted = _messages(conversation_id).order_by(Message.seq.desc()).limit(PAGE + 1)
    if before is not None:
        wanted = wanted.where(Message.seq < before)
    rows = session.scalars(wanted).all()
    shown = list(reversed(rows[:PAGE]))
    more = len(rows) > PAGE
    events = _events_between(session, conversation_id, shown, to_the_end=before is None, first=not more)
    after = session.scalar(
        select(func.max(Message.revision)).where(Message.conversation_id == conversation_id)
    )
    return Transcript(
        lines=_woven(session, shown, events),
        after=after or 0,
        event=_last_event(session, conversation_id),
        earlier=shown[0].seq if more else None,
    )


def newer(session: Session, conversation_id: int, *, after: int, event: int) -> Transcript:
    """What is new or changed after the two cursors."""
    rows = session.scalars(
        _messages(conversation_id).where(Message.revision > after).order_by(Message.revision)
    ).all()
    events = session.scalars(
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.id > event)
        .order_by(ConversationEvent.id)
    ).all()
    return Transcript(
        lines=_woven(session, rows, events),
        after=max((row.revision for row in rows), default=after),
        event=max((row.id for row in events), default=event),
        earlier=None,
    )


def homes_of(resident: Resident) -> Sequence[Residency]:
    """Her homes, verified ones first."""
    return sorted(resident.homes, key=lambda home: (home.verified_at is None, home.household.key))


def _chats() -> Select[Conversation]:
    return select(Conversation).options(
        joinedload(Conversation.owner),
        joinedload(Conversation.resident).selectinload(Resident.homes).joinedload(Residency.household),
    )


def _lines(session: Session, chats: Sequence[Conversation], *, of_resident: bool = False) -> list[ChatLine]:
    ids = [chat.id for chat in chats]
    last = _last_messages(session, ids, of_resident)
    secret = _secret(session, last.values())
    upset = _upset(session, ids)
    lines = []
    for chat in chats:
        homes = homes_of(chat.resident)
        home = homes[0].household.key if homes else None
        verified = bool(homes) and homes[0].verified_at is not None
        said = last.get(chat.id)
        hidden = said is not None and said.id in secret
        lines.append(ChatLine(chat, said, home, verified, upset.get(chat.id, 0), hidden))
    return lines


def _last_messages(session: Session, ids: Sequence[int], of_resident: bool) -> dict[int, Message]:
    """What was said last; who waits is known by what she herself said last."""
    said = select(func.max(Message.seq)).where(Message.conversation_id == Conversation.id)
    if of_resident:
        said = said.where(Message.sender == Sender.RESIDENT)
    newest = said.correlate(Conversation).scalar_subquery()
    rows = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id.in_(ids), Message.seq == newest)
        .options(selectinload(Message.attachments), joinedload(Message.turn))
    )
    return {row.conversation_id: row for row in rows}


def _upset(session: Session, ids: Sequence[int]) -> dict[int, int]:
    numbered = (
        select(
            Message.conversation_id,
            Message.upset,
            func.row_number()
            .over(partition_by=Message.conversation_id, order_by=Message.seq.desc())
            .label("back"),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.id.in_(ids),
            Message.sender == Sender.RESIDENT,
            Message.seq > Conversation.counter - UPSET_WITHIN,
        )
        .subquery()
    )
    rows = session.execute(
        select(numbered.c.conversation_id, func.max(numbered.c.upset))
        .where(numbered.c.back <= UPSET_LOOKS_AT)
        .group_by(numbered.c.conversation_id)
    )
    return {conversation_id: upset or 0 for conversation_id, upset in rows}


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


def _woven(session: Session, messages: Sequence[Message], events: Sequence[ConversationEvent]) -> list[Line]:
    """Messages by `seq`, each event behind the last message that was there when it happened."""
    done = _what_cancelled_turns_did(session, messages)
    secret = _secret(session, messages)
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
        # What is written in the event's own transaction (her first answer, the bot's farewell) follows it.
        earlier = or_(
            Message.created_at < event.at,
            and_(Message.created_at == event.at, Message.sender == Sender.RESIDENT),
        )
        before = session.scalar(
            select(func.max(Message.seq)).where(Message.conversation_id == event.conversation_id, earlier)
        )
        place = f"{before or 0:010d}.{event.id:010d}"
        lines.append(Line(place=place, message=None, event=event, agent_name=names.get(event.by)))
    return sorted(lines, key=lambda line: line.place)


def _secret(session: Session, messages: Iterable[Message]) -> set[int]:
    """Ids of what agents do not read: turns of a complaint about a colleague, the desk's words on it."""
    read = list(messages)
    numbers = session.scalars(
        select(Case.number).where(
            Case.conversation_id.in_({one.conversation_id for one in read}), Case.supervisors_only
        )
    ).all()
    return {
        one.id
        for one in read
        if one.supervisors_only
        or (one.sender is Sender.SYSTEM and any(number in one.text for number in numbers))
    }


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
