"""What became of a call to the group: written down, put off, or mended (a deleted topic is made again)."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.messaging.channels.telegram.api import ApiFault
from bot.messaging.channels.telegram_staff.groups import bound_group, migrate, note_fault
from bot.messaging.channels.telegram_staff.jobs import Job, What
from bot.store.telegram_staff_tables import PostState, StaffPlace, StaffPost, StaffTopic

log = logging.getLogger(__name__)

TRIES: Final = 5
"""A post that Telegram refuses so often is given up; the workspace has it all the same."""
PAUSE: Final = timedelta(seconds=5)
"""Before the group is tried again after a fault of the network."""
_GONE: Final = ("message thread not found", "topic_id_invalid", "topic_deleted", "thread_id_invalid")
_NO_HEADER: Final = ("message to edit not found", "message to pin not found")
_FAULTS: Final = (
    ("not enough rights to manage pinned", "no_pins"),
    ("not a forum", "not_forum"),
    ("not enough rights", "no_rights"),
    ("chat_admin_required", "no_rights"),
    ("kicked", "not_there"),
    ("not a member", "not_there"),
    ("chat not found", "not_there"),
)


@dataclass(frozen=True)
class Outcomes:
    """For one bot."""

    bot_id: int

    def done(self, session: Session, job: Job, result: Any, *, now: datetime) -> None:
        """Telegram did it."""
        topic = session.get(StaffTopic, job.topic_id)
        if topic is None or topic.chat_id != job.chat_id:
            return
        number = result.get("message_id") if isinstance(result, dict) else None
        if job.what is What.CREATE:
            topic.thread_id, topic.made = int(result["message_thread_id"]), topic.made + 1
            topic.header_id, topic.header_key, topic.pinned, topic.closed = None, "", False, False
        elif job.what is What.REOPEN:
            topic.closed = False
        elif job.what is What.CLOSE:
            topic.closed = True
        elif job.what is What.HEADER:
            topic.header_id, topic.header_key = number, job.key
        elif job.what is What.RENEW:
            topic.header_key = job.key
        elif job.what is What.PIN:
            topic.pinned = True
        else:
            self._posted(session, job, number, now)
        note_fault(session, self.bot_id, None, now=now)
        session.flush()

    def failed(self, session: Session, job: Job, fault: ApiFault, *, now: datetime) -> None:
        """It was refused, or nobody knows. Nothing is lost by it: what was to be said is said later."""
        log.warning("telegram_staff.fault", extra={"what": str(job.what), "error": str(fault)})
        topic = session.get_one(StaffTopic, job.topic_id)
        said = fault.description.lower()
        self._put_back(session, job, fault)
        if fault.migrated_to is not None:
            migrate(session, self.bot_id, old=job.chat_id, new=fault.migrated_to)
        elif fault.code == 429:
            self._hold(session, now + timedelta(seconds=fault.retry_after or PAUSE.total_seconds()))
        elif fault.passing:
            self._hold(session, now + PAUSE)
        elif any(word in said for word in _GONE):
            forget_topic(session, topic)
        elif "topic_closed" in said:
            topic.closed = True
        elif "not modified" in said or "topic_not_modified" in said:
            self.done(session, job, {"message_id": topic.header_id}, now=now)
        elif any(word in said for word in _NO_HEADER):
            topic.header_id, topic.header_key, topic.pinned = None, "", False
        else:
            self._refused(session, topic, job, fault, now)
        session.flush()

    def _posted(self, session: Session, job: Job, number: int | None, now: datetime) -> None:
        post = session.get(StaffPost, job.post_id)
        if post is not None:
            post.state, post.sent_at, post.telegram_id, post.lease_until = PostState.SENT, now, number, None

    def _put_back(self, session: Session, job: Job, fault: ApiFault) -> None:
        post = session.get(StaffPost, job.post_id) if job.post_id is not None else None
        if post is None:
            return
        post.state, post.lease_until, post.error = PostState.QUEUED, None, str(fault)[:300]
        answered = fault.code is not None and fault.code < 500
        post.doubtful = not (answered or "Connect" in fault.description)
        if answered and fault.code != 429 and post.tries >= TRIES:
            post.state = PostState.FAILED

    def _hold(self, session: Session, until: datetime) -> None:
        group = bound_group(session, self.bot_id)
        if group is not None:
            group.wait_until = until

    def _refused(self, session: Session, topic: StaffTopic, job: Job, fault: ApiFault, now: datetime) -> None:
        said = fault.description.lower()
        kind = next((kind for words, kind in _FAULTS if words in said), None)
        if job.what is What.PIN:
            topic.pinned = True  # a first message that nobody could pin is the first message all the same
        elif kind is not None:
            note_fault(session, self.bot_id, kind, now=now)
            self._hold(session, now + timedelta(minutes=1))
        elif job.post_id is not None:
            session.get_one(StaffPost, job.post_id).state = PostState.FAILED
        else:
            log.error("telegram_staff.refused", extra={"what": str(job.what), "error": str(fault)})
            note_fault(session, self.bot_id, "refused", now=now)
            self._hold(session, now + timedelta(minutes=1))


def forget_topic(session: Session, topic: StaffTopic) -> None:
    """It was deleted at Telegram: made anew, it opens with the latest messages."""
    topic.thread_id = topic.header_id = None
    topic.header_key, topic.pinned, topic.closed = "", False, False
    topic.seen_revision = 0
    for table in (StaffPost, StaffPlace):
        session.execute(
            delete(table).where(table.topic_id == topic.id).execution_options(synchronize_session="fetch")
        )
    session.flush()
