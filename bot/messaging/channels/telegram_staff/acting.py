"""What a colleague does in a topic goes through the desk's own doors, as it does from the workspace.

Nothing reaches a resident but by `conversations.answer`: the epoch rule, one owner, the transcript, the
promises are its business. Whoever is refused is told so in the topic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.service import beside, endings, presence
from bot.desk.talk import conversations
from bot.messaging.channels.telegram.heard import Fetched
from bot.messaging.channels.telegram_staff.groups import (
    agent_of,
    bind_by_code,
    bound_group,
    migrate,
    note_fault,
)
from bot.messaging.channels.telegram_staff.jobs import BUTTON
from bot.messaging.channels.telegram_staff.lines import note_written, say_word
from bot.messaging.channels.telegram_staff.reading import StaffDid, StaffUpdate
from bot.messaging.channels.telegram_staff.wording import StaffWording
from bot.store import actors
from bot.store.tables import Agent
from bot.store.telegram_staff_tables import ASKS_NOTE, StaffPlace, StaffPost, StaffTopic

NOTE: Final = ("//", "／／")
"""Begins what is for colleagues only."""
NOTE_LIMIT: Final = 1000
TOLD_AGAIN: Final = timedelta(minutes=1)
"""A stranger in a topic is told so at most so often: his words must not use up the group's messages."""


@dataclass(frozen=True)
class StaffHeard:
    """What is left to do once it is committed."""

    conversation_id: int | None = None
    callback_word: str | None = None
    bound: int | None = None
    """The group that was bound just now: to be looked at, and told how it stands."""


@dataclass(frozen=True)
class Acting:
    """For one bot."""

    bot_id: int
    wording: StaffWording

    def is_ours(self, session: Session, chat_id: int, command: str) -> bool:
        """Is the group the staff's, or does somebody say a code in it?"""
        group = bound_group(session, self.bot_id)
        return (group is not None and group.chat_id == chat_id) or command == "/start"

    def do(self, session: Session, did: StaffUpdate, fetched: Fetched, *, now: datetime) -> StaffHeard | None:
        """Do it. None: it is not the staff's group, and nothing was done."""
        group = bound_group(session, self.bot_id)
        if did.did is StaffDid.COMMAND and did.command == "/start" and did.text:
            row = bind_by_code(
                session, self.bot_id, code=did.text, chat_id=did.chat_id, title=did.title, now=now
            )
            if row is not None:
                return StaffHeard(bound=did.chat_id)
        if group is None or group.chat_id != did.chat_id:
            return None
        if did.did is StaffDid.MIGRATED:
            migrate(session, self.bot_id, old=did.chat_id, new=did.new_chat_id)
        elif did.did in (StaffDid.REMOVED, StaffDid.BACK):
            fault = "not_there" if did.did is StaffDid.REMOVED else None
            note_fault(session, self.bot_id, fault, now=now)
        elif did.did is StaffDid.PRESSED:
            return self._press(session, did, now)
        elif did.did is not StaffDid.NOTHING:
            return self._in_topic(session, did, fetched, now)
        return StaffHeard()

    # --- in a topic --------------------------------------------------------------------------------------

    def _in_topic(self, session: Session, did: StaffUpdate, fetched: Fetched, now: datetime) -> StaffHeard:
        topic = self._topic(session, did)
        if topic is None:
            return StaffHeard()  # General, or a topic of their own making
        if did.did in (StaffDid.CLOSED, StaffDid.OPENED):
            topic.closed = did.did is StaffDid.CLOSED
            return StaffHeard(topic.conversation_id)
        agent = agent_of(session, self.wording.estate, did.user_id)
        if agent is None:
            self._refuse_stranger(session, topic, did, now)
            return StaffHeard(topic.conversation_id)
        self._seen(session, topic, agent, str(did.did), now)
        word = self._said(session, topic, agent, did, fetched, now)
        if word:
            say_word(session, topic, word, reply_to=did.telegram_id, now=now)
        return StaffHeard(topic.conversation_id)

    def _said(
        self,
        session: Session,
        topic: StaffTopic,
        agent: Agent,
        did: StaffUpdate,
        fetched: Fetched,
        now: datetime,
    ) -> str:
        """Bring it where it belongs; a word to her where that is not the resident."""
        label = self.wording.label
        if did.did is StaffDid.EDITED:
            return label("edited") if self._went_out(session, topic, did.telegram_id) else ""
        if did.did is StaffDid.UNSHOWABLE:
            return label("unshowable")
        if did.did is StaffDid.COMMAND:
            return self._command(session, topic, agent, did, now)
        if self._answers_for_note(session, topic, did):
            return self._hand_back(session, topic, agent, note=did.text, reason="answered", now=now)
        if did.text.startswith(NOTE):
            return self._note(session, topic, agent, did.text[2:], now)
        if fetched.lost:
            return label("file_lost")
        return self._answer(session, topic, agent, did, fetched, now)

    def _answer(
        self,
        session: Session,
        topic: StaffTopic,
        agent: Agent,
        did: StaffUpdate,
        fetched: Fetched,
        now: datetime,
    ) -> str:
        """To the resident: a chat that nobody owns is taken over by it, another's is left alone."""
        if not did.text.strip() and not fetched.files:
            return self.wording.label("unshowable")
        outcome = conversations.answer(
            session,
            topic.conversation_id,
            agent_id=agent.id,
            text=did.text,
            attachments=fetched.files,
            client_id=f"tg{did.chat_id}:{did.telegram_id}",
            now=now,
        )
        if isinstance(outcome, conversations.HeldByAnother):
            return self.wording.label("held", person=outcome.agent_name)
        if session.get(StaffPlace, (topic.id, outcome.message.id)) is None:
            note_written(session, topic, outcome.message, did.telegram_id)
        return ""

    def _command(
        self, session: Session, topic: StaffTopic, agent: Agent, did: StaffUpdate, now: datetime
    ) -> str:
        if did.command == "/note":
            return self._note(session, topic, agent, did.text, now)
        if did.command == "/back":
            return self._hand_back(session, topic, agent, note=did.text, reason="answered", now=now)
        return self.wording.label("no_command")

    def _note(self, session: Session, topic: StaffTopic, agent: Agent, text: str, now: datetime) -> str:
        try:
            beside.add_note(session, topic.conversation_id, agent_id=agent.id, text=text, now=now)
        except beside.NothingSaid:
            return self.wording.label("empty_note")
        return self.wording.label("noted")

    def _hand_back(
        self, session: Session, topic: StaffTopic, agent: Agent, *, note: str, reason: str, now: datetime
    ) -> str:
        """As from the workspace: how it ended, then the assistant serves again and is given the note."""
        chat, note = topic.conversation, note.strip()[:NOTE_LIMIT]
        if chat.owner_id == agent.id:
            endings.record_ending(session, chat.id, agent_id=agent.id, reason=reason, note=note, now=now)
        outcome = conversations.hand_back(session, chat.id, agent_id=agent.id, note=note or None, now=now)
        if isinstance(outcome, conversations.NotYours):
            return self._not_yours(outcome.agent_name)
        return ""

    def _not_yours(self, owner: str | None) -> str:
        return self.wording.label("not_yours", person=owner) if owner else self.wording.label("nobodys")

    # --- buttons -----------------------------------------------------------------------------------------

    def _press(self, session: Session, did: StaffUpdate, now: datetime) -> StaffHeard:
        verb, _, number = did.data.removeprefix(BUTTON).partition(":")
        act = self._verbs().get(verb)
        topic = session.get(StaffTopic, int(number)) if number.isascii() and number.isdigit() else None
        if not did.data.startswith(BUTTON) or act is None or topic is None or topic.chat_id != did.chat_id:
            return StaffHeard(callback_word=self.wording.label("old_button"))
        agent = agent_of(session, self.wording.estate, did.user_id)
        if agent is None:
            return StaffHeard(callback_word=self.wording.label("stranger"))
        self._seen(session, topic, agent, verb, now)
        return StaffHeard(topic.conversation_id, callback_word=act(session, topic, agent, now))

    def _verbs(self) -> dict[str, Callable[[Session, StaffTopic, Agent, datetime], str]]:
        return {"take": self._take, "back": self._ask_note, "nonote": self._no_note, "close": self._close}

    def _take(self, session: Session, topic: StaffTopic, agent: Agent, now: datetime) -> str:
        outcome = conversations.take_over(session, topic.conversation_id, agent_id=agent.id, now=now)
        if isinstance(outcome, conversations.HeldByAnother):
            return self.wording.label("taken_already", person=outcome.agent_name)
        return self.wording.label("taken")

    def _ask_note(self, session: Session, topic: StaffTopic, agent: Agent, now: datetime) -> str:
        if topic.conversation.owner_id != agent.id:
            owner = topic.conversation.owner
            return self._not_yours(owner.name if owner else None)
        text = self.wording.label("asks_note", person=agent.name)
        say_word(session, topic, text, reply_to=None, now=now, kind=ASKS_NOTE)
        return self.wording.label("asked_note")

    def _no_note(self, session: Session, topic: StaffTopic, agent: Agent, now: datetime) -> str:
        word = self._hand_back(session, topic, agent, note="", reason="answered", now=now)
        return word or self.wording.label("handed_back")

    def _close(self, session: Session, topic: StaffTopic, agent: Agent, now: datetime) -> str:
        word = self._hand_back(session, topic, agent, note="", reason="solved", now=now)
        return word or self.wording.label("closed")

    # --- helpers -----------------------------------------------------------------------------------------

    def _topic(self, session: Session, did: StaffUpdate) -> StaffTopic | None:
        if did.thread_id is None:
            return None
        return session.scalars(
            select(StaffTopic).where(StaffTopic.chat_id == did.chat_id, StaffTopic.thread_id == did.thread_id)
        ).one_or_none()

    def _seen(self, session: Session, topic: StaffTopic, agent: Agent, what: str, now: datetime) -> None:
        """A sign of life; and who looks at personal data is written down (R24)."""
        presence.heard_elsewhere(session, agent.id, estate=self.wording.estate, now=now)
        subject = f"conversation:{topic.conversation_id}"
        audit.note(session, by=actors.agent(agent.id), what=f"telegram_{what}", subject=subject, now=now)

    def _answers_for_note(self, session: Session, topic: StaffTopic, did: StaffUpdate) -> bool:
        """Is it a reply to one of our questions for a note? Then it never goes to the resident."""
        if did.reply_to is None:
            return False
        asked = select(StaffPost.id).where(
            StaffPost.topic_id == topic.id,
            StaffPost.kind == ASKS_NOTE,
            StaffPost.telegram_id == did.reply_to,
        )
        return session.scalars(asked).first() is not None

    def _went_out(self, session: Session, topic: StaffTopic, telegram_id: int) -> bool:
        found = select(StaffPlace.message_id).where(
            StaffPlace.topic_id == topic.id, StaffPlace.telegram_id == telegram_id
        )
        return session.scalars(found).first() is not None

    def _refuse_stranger(self, session: Session, topic: StaffTopic, did: StaffUpdate, now: datetime) -> None:
        """Nothing of his reaches the resident; he is told, and how he could be let in."""
        word = self.wording.label("stranger_said", user_id=did.user_id)
        told = session.scalars(
            select(StaffPost.id).where(
                StaffPost.topic_id == topic.id, StaffPost.text == word, StaffPost.at > now - TOLD_AGAIN
            )
        ).first()
        if told is None:
            say_word(session, topic, word, reply_to=did.telegram_id, now=now)
