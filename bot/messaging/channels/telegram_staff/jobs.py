"""The next thing to do in the group, claimed in one transaction with what it changes in the store.

Words to a person go first, then topics of residents who wait, the longest wait first, then the others.
Within a topic: made, opened again, its first message, pinned, its lines, the first message renewed, closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.desk import audit
from bot.desk.rows import lock_conversation
from bot.messaging.channels.telegram_staff.groups import bound_group
from bot.messaging.channels.telegram_staff.lines import has_news, last_event, write_posts
from bot.messaging.channels.telegram_staff.wording import StaffWording
from bot.store import actors, paces
from bot.store.states import Mode
from bot.store.tables import Attachment, Conversation, ConversationEvent
from bot.store.telegram_staff_tables import ASKS_NOTE, PostState, StaffPost, StaffTopic

LEASE: Final = timedelta(minutes=1)
"""A post whose desk says nothing for so long is sent again, and says that it may be there twice."""
LATE: Final = timedelta(seconds=45)
"""What is posted so long after it happened says so."""
BUTTON: Final = "staff:"
"""Begins the data of the buttons: `staff:<verb>:<topic>`."""


class What(StrEnum):
    CREATE = "createForumTopic"
    REOPEN = "reopenForumTopic"
    HEADER = "sendMessage"
    PIN = "pinChatMessage"
    POST = "post"
    RENEW = "editMessageText"
    CLOSE = "closeForumTopic"


@dataclass(frozen=True)
class StaffPace:
    """How fast the group is written to. Four at once, then 16 a minute: 20 in any minute."""

    burst: int = 4
    every: timedelta = timedelta(seconds=3.75)
    look_every: float = 1.0


@dataclass(frozen=True)
class Job:
    """One call to Telegram. `key` is what the first message speaks of, where this writes it."""

    what: What
    topic_id: int
    chat_id: int
    params: Mapping[str, Any] = field(default_factory=dict)
    post_id: int | None = None
    file: Attachment | None = None
    key: str = ""


class NotNow:
    """The group must be left alone for the moment: no other topic need be looked at."""


@dataclass(frozen=True)
class Claims:
    """Chooses for one bot and one desk."""

    bot_id: int
    desk: str
    wording: StaffWording
    pace: StaffPace

    def waiting(self, session: Session, *, now: datetime) -> list[int]:
        """Conversations whose topic needs something, the most urgent first. Changes nothing."""
        chat_id = self._open_group(session, now)
        if chat_id is None:
            return []
        posts = set(
            session.scalars(
                select(StaffPost.topic_id)
                .join(StaffTopic, StaffTopic.id == StaffPost.topic_id)
                .where(StaffTopic.chat_id == chat_id, self._to_send(now))
            )
        )
        words = set(
            session.scalars(select(StaffPost.topic_id).where(StaffPost.kind != "lines", self._to_send(now)))
        )
        found = [
            (topic is None or topic.id not in words, chat.id)
            for chat, topic, event in self._chats(session, chat_id)
            if topic is None or topic.id in posts or self._needs(topic, event, now)
        ]
        return [conversation_id for _, conversation_id in sorted(found, key=lambda one: one[0])]

    def claim(self, session: Session, conversation_id: int, *, now: datetime) -> Job | NotNow | None:
        """The next call for that chat's topic; None: it needs none."""
        chat_id = self._open_group(session, now)
        if chat_id is None or not self._has_room(session, chat_id, now):
            return NotNow()
        lock_conversation(session, conversation_id)
        job = self._of_topic(session, _topic_of(session, chat_id, conversation_id, now), now)
        if job is not None:
            self._take(session, chat_id, now)
        session.flush()
        return job

    # --- which topic -------------------------------------------------------------------------------------

    def _open_group(self, session: Session, now: datetime) -> int | None:
        group = bound_group(session, self.bot_id)
        if group is None or group.fault == "not_there":
            return None
        held = group.wait_until is not None and group.wait_until > now
        return None if held else group.chat_id

    def _chats(self, session: Session, chat_id: int) -> Sequence[tuple[Conversation, StaffTopic | None, int]]:
        """Chats that people serve or ought to, and topics that are not closed yet; who waits first."""
        newest = (
            select(func.max(ConversationEvent.id))
            .where(ConversationEvent.conversation_id == Conversation.id)
            .scalar_subquery()
        )
        here = and_(StaffTopic.conversation_id == Conversation.id, StaffTopic.chat_id == chat_id)
        unsent = exists().where(StaffPost.topic_id == StaffTopic.id, StaffPost.state == PostState.QUEUED)
        rows = session.execute(
            select(Conversation, StaffTopic, func.coalesce(newest, 0))
            .outerjoin(StaffTopic, here)
            .where(
                or_(
                    Conversation.mode != Mode.BOT,
                    and_(StaffTopic.id.is_not(None), or_(StaffTopic.closed.is_(False), unsent)),
                )
            )
            .order_by(Conversation.mode != Mode.WAITING, Conversation.waiting_since, Conversation.id)
        )
        return [(chat, topic, event) for chat, topic, event in rows]

    def _needs(self, topic: StaffTopic, event: int, now: datetime) -> bool:
        chat = topic.conversation
        return (
            topic.thread_id is None
            or topic.header_id is None
            or not topic.pinned
            or topic.closed is (chat.mode is not Mode.BOT)
            or has_news(topic, event)
            or topic.header_key != self.wording.header_key(chat, event, now=now)
        )

    # --- what in it --------------------------------------------------------------------------------------

    def _of_topic(self, session: Session, topic: StaffTopic, now: datetime) -> Job | None:
        chat = topic.conversation
        wanted = chat.mode is not Mode.BOT
        if topic.thread_id is None:
            if not wanted and not self._open_posts(session, topic, now):
                topic.closed = True  # deleted there, and nobody needs it
                return None
            topic.closed = False
            return self._job(What.CREATE, topic, {"name": self.wording.title(session, chat)})
        thread = {"message_thread_id": topic.thread_id}
        if topic.closed and (wanted or self._open_posts(session, topic, now)):
            return self._job(What.REOPEN, topic, thread)
        key = self.wording.header_key(chat, last_event(session, chat.id), now=now)
        if topic.header_id is None:
            return self._header(session, topic, key, thread, now)
        if not topic.pinned:
            params = {"message_id": topic.header_id, "disable_notification": True}
            return self._job(What.PIN, topic, params)
        if has_news(topic, last_event(session, chat.id)):
            write_posts(session, topic, self.wording, now=now)
        post = self._open_posts(session, topic, now)
        if post is not None:
            return self._post(topic, post, now)
        if topic.header_key != key:
            return self._header(session, topic, key, {"message_id": topic.header_id}, now)
        if not wanted and not topic.closed:
            return self._job(What.CLOSE, topic, thread)
        return None

    def _header(
        self, session: Session, topic: StaffTopic, key: str, where: Mapping[str, Any], now: datetime
    ) -> Job:
        params = {
            "text": self.wording.header(session, topic, now=now),
            "reply_markup": self.keyboard(topic),
            "link_preview_options": {"is_disabled": True},
        }
        what = What.RENEW if "message_id" in where else What.HEADER
        return self._job(what, topic, {**where, **params}, key=key)

    def keyboard(self, topic: StaffTopic) -> dict[str, Any]:
        """What can be done now: take it over, or give it back and close it."""
        verbs = ("back", "close") if topic.conversation.mode is Mode.HUMAN else ("take",)
        row = [
            {"text": self.wording.label(f"button_{verb}"), "callback_data": f"{BUTTON}{verb}:{topic.id}"}
            for verb in verbs
        ]
        rows = [row]
        if self.wording.button_url:
            url = self.wording.url(topic.conversation)
            rows.append([{"text": self.wording.label("button_desk"), "url": url}])
        return {"inline_keyboard": rows}

    def _post(self, topic: StaffTopic, post: StaffPost, now: datetime) -> Job:
        doubtful = post.doubtful or post.state is PostState.SENDING
        post.state, post.desk, post.lease_until = PostState.SENDING, self.desk, now + LEASE
        post.doubtful, post.tries = doubtful, post.tries + 1
        text = post.text
        if post.kind == "lines" and now - post.at > LATE:
            minutes = max(1, round((now - post.at).total_seconds() / 60))
            text = f"{self.wording.label('lags', minutes=minutes)}\n{text}"
        if doubtful:
            text = f"{self.wording.label('twice')}\n{text}"
        params: dict[str, Any] = {"message_thread_id": topic.thread_id}
        params["caption" if post.attachment is not None else "text"] = text
        if post.attachment is None:
            params["link_preview_options"] = {"is_disabled": True}
        if post.reply_to is not None:
            params["reply_parameters"] = {"message_id": post.reply_to, "allow_sending_without_reply": True}
        if post.kind == ASKS_NOTE:
            button = {
                "text": self.wording.label("button_nonote"),
                "callback_data": f"{BUTTON}nonote:{topic.id}",
            }
            params["reply_markup"] = {"inline_keyboard": [[button]]}
        return self._job(What.POST, topic, params, post=post)

    def _job(
        self,
        what: What,
        topic: StaffTopic,
        params: Mapping[str, Any],
        *,
        post: StaffPost | None = None,
        key: str = "",
    ) -> Job:
        return Job(
            what,
            topic.id,
            topic.chat_id,
            params,
            post_id=None if post is None else post.id,
            file=None if post is None else post.attachment,
            key=key,
        )

    # --- posts -------------------------------------------------------------------------------------------

    def _to_send(self, now: datetime) -> Any:
        """Not sent yet, or claimed by a desk that is gone: the one that works holds the bot's lease."""
        lost = or_(StaffPost.desk != self.desk, StaffPost.lease_until <= now)
        return or_(StaffPost.state == PostState.QUEUED, and_(StaffPost.state == PostState.SENDING, lost))

    def _open_posts(self, session: Session, topic: StaffTopic, now: datetime) -> StaffPost | None:
        return session.scalars(
            select(StaffPost)
            .where(StaffPost.topic_id == topic.id, self._to_send(now))
            .options(joinedload(StaffPost.attachment))
            .order_by(StaffPost.kind == "lines", StaffPost.id)
            .limit(1)
        ).one_or_none()

    def _has_room(self, session: Session, chat_id: int, now: datetime) -> bool:
        key, pace = _pace_key(chat_id), self.pace
        return not paces.wait_for(session, key, burst=pace.burst, every=pace.every, now=now)

    def _take(self, session: Session, chat_id: int, now: datetime) -> None:
        key, pace = _pace_key(chat_id), self.pace
        paces.take(session, key, burst=pace.burst, every=pace.every, now=now)


def _pace_key(chat_id: int) -> str:
    return f"telegram_staff:{chat_id}"


def _topic_of(session: Session, chat_id: int, conversation_id: int, now: datetime) -> StaffTopic:
    """The chat's topic in that group; what it will show is noted as looked at (R24)."""
    found = session.scalars(
        select(StaffTopic).where(StaffTopic.chat_id == chat_id, StaffTopic.conversation_id == conversation_id)
    ).one_or_none()
    if found is None:
        found = StaffTopic(chat_id=chat_id, conversation_id=conversation_id)
        session.add(found)
        session.flush()
        subject = f"conversation:{conversation_id}"
        audit.note(session, by=actors.BOT, what="show_in_staff_group", subject=subject, now=now)
    return found
