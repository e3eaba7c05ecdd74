"""What is new in a conversation becomes posts of its topic, in one transaction with the cursor.

Called with the topic's conversation locked, so that two desks never write the same lines twice.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.desk.people.names import names_of
from bot.desk.talk.secrets import secret_ids
from bot.messaging.channels.telegram_staff.wording import StaffWording
from bot.store.states import Delivery, Sender
from bot.store.tables import Attachment, ConversationEvent, Message
from bot.store.telegram_staff_tables import PostState, StaffPlace, StaffPost, StaffTopic

RECAP: Final = 12
"""So many of the latest messages open a topic; what is older is read in the workspace."""
TEXT: Final = 3800
"""UTF-16 units of one post; Telegram takes 4096."""
_SAID: Final = (Delivery.SENT, Delivery.UNKNOWN, Delivery.FAILED)
_TROUBLE: Final = (Delivery.UNKNOWN, Delivery.FAILED)


@dataclass
class _Line:
    at: datetime
    order: tuple[int, int]
    text: str
    files: Sequence[Attachment] = field(default_factory=tuple)


def last_event(session: Session, conversation_id: int) -> int:
    """The newest change of who serves it."""
    newest = select(func.max(ConversationEvent.id)).where(
        ConversationEvent.conversation_id == conversation_id
    )
    return session.scalar(newest) or 0


def has_news(topic: StaffTopic, newest_event: int) -> bool:
    """May there be something that the topic does not show yet?"""
    return topic.conversation.counter > topic.seen_revision or newest_event > topic.seen_event


def write_posts(session: Session, topic: StaffTopic, wording: StaffWording, *, now: datetime) -> bool:
    """Put what is new into posts and move the cursor on. False: there was nothing to show."""
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id == topic.conversation_id, Message.revision > topic.seen_revision)
        .options(
            selectinload(Message.attachments),
            joinedload(Message.outbox),
            joinedload(Message.agent),
            joinedload(Message.turn),
        )
        .order_by(Message.seq)
    ).all()
    first = topic.seen_revision == 0
    topic.seen_revision = topic.conversation.counter
    secret = secret_ids(session, messages)
    lines = [line for one in messages for line in _lines(session, topic, one, wording, one.id in secret)]
    lines += _events(session, topic, wording)
    lines.sort(key=lambda line: (line.at, line.order))
    if first and len(lines) > RECAP:
        left_out = len(lines) - RECAP
        lines = lines[left_out:]
        lines.insert(0, _Line(lines[0].at, (0, 0), wording.label("earlier", count=left_out)))
    for post in _posts(topic, lines, wording):
        session.add(post)
    session.flush()
    return bool(lines)


def note_written(session: Session, topic: StaffTopic, message: Message, telegram_id: int) -> None:
    """An agent wrote it in the topic herself: it is not shown there again."""
    session.add(
        StaffPlace(
            topic_id=topic.id, message_id=message.id, telegram_id=telegram_id, shown=_shown(message, None)
        )
    )
    session.flush()


def say_word(
    session: Session,
    topic: StaffTopic,
    text: str,
    *,
    reply_to: int | None,
    now: datetime,
    kind: str = "word",
) -> StaffPost:
    """A word to one person in the topic, before all lines."""
    post = StaffPost(topic_id=topic.id, kind=kind, text=text, reply_to=reply_to, at=now)
    session.add(post)
    session.flush()
    return post


def _lines(
    session: Session, topic: StaffTopic, message: Message, wording: StaffWording, secret: bool
) -> list[_Line]:
    """What of the message is new to the topic: itself, a changed wording, what became of its sending."""
    state = message.outbox.state if message.outbox is not None else None
    place = session.get(StaffPlace, (topic.id, message.id))
    order = (1, message.seq)
    if place is None:
        if message.sender is not Sender.RESIDENT and state not in _SAID:
            return []  # not said yet, or never; its delivery gives it a new revision
        session.add(StaffPlace(topic_id=topic.id, message_id=message.id, shown=_shown(message, state)))
        text = wording.line(message, secret=secret)
        if state in _TROUBLE:
            text = f"{text}\n{wording.undelivered(message, str(state), secret=secret)}"
        return [_Line(message.created_at, order, text, () if secret else message.attachments)]
    before, place.shown = place.shown, _shown(message, state)
    if before.split(":")[0] != place.shown.split(":")[0]:
        return [_Line(message.created_at, order, wording.line(message, secret=secret, corrected=True))]
    if state in _TROUBLE and before != place.shown:
        return [_Line(message.created_at, order, wording.undelivered(message, str(state), secret=secret))]
    return []


def _shown(message: Message, state: Delivery | None) -> str:
    trouble = str(state) if state in _TROUBLE else ""
    return f"{hashlib.sha256(message.text.encode()).hexdigest()[:40]}:{trouble}"


def _events(session: Session, topic: StaffTopic, wording: StaffWording) -> list[_Line]:
    events = session.scalars(
        select(ConversationEvent)
        .where(
            ConversationEvent.conversation_id == topic.conversation_id,
            ConversationEvent.id > topic.seen_event,
        )
        .order_by(ConversationEvent.id)
    ).all()
    if events:
        topic.seen_event = events[-1].id
    lines, names = [], names_of(session, (event.by for event in events))
    for event in events:
        owner = topic.conversation.owner
        served = owner.name if owner is not None and event is events[-1] and event.new == "human" else None
        lines.append(_Line(event.at, (0, event.id), wording.event(event, names.get(event.by), served)))
    return lines


def _posts(topic: StaffTopic, lines: Sequence[_Line], wording: StaffWording) -> list[StaffPost]:
    """As few posts as the words fit into; each file is one of its own, after the line that brought it."""
    posts: list[StaffPost] = []
    kept: list[_Line] = []

    def flush() -> None:
        if kept:
            text = "\n".join(one.text for one in kept)
            posts.append(StaffPost(topic_id=topic.id, text=text, at=kept[0].at, state=PostState.QUEUED))
            kept.clear()

    for line in lines:
        if _units(line.text) > TEXT:
            line.text = line.text[: TEXT // 2] + wording.label("cut_off")
        if sum(_units(one.text) + 1 for one in kept) + _units(line.text) > TEXT:
            flush()
        kept.append(line)
        for file in line.files:
            flush()
            caption = wording.label("file_of", at=wording.clock(line.at))
            posts.append(StaffPost(topic_id=topic.id, text=caption, attachment_id=file.id, at=line.at))
    flush()
    return posts


def _units(text: str) -> int:
    """As Telegram counts: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
