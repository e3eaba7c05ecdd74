"""What stands in a topic: who said what, who came and went; the first message. Words are labels.

Telephone numbers are masked everywhere: the group lies open on telephones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.people.residents import homes_of, masked_phone
from bot.desk.service.summary import Summary, summarise
from bot.desk.wording.words import Words
from bot.language import find_phones
from bot.store.states import Mode, Role, Sender
from bot.store.tables import Agent, Conversation, ConversationEvent, Message
from bot.store.telegram_staff_tables import StaffTopic

QUOTED = 200
STEP_MINUTES = 5
"""The waiting time in the first message is renewed in steps of so many minutes."""


@dataclass(frozen=True)
class StaffWording:
    """Words for the group, with the estate's zone and the address of the workspace."""

    words: Words
    estate: Estate
    public_url: str | None

    def label(self, key: str, **values: object) -> str:
        return self.words.labels["telegram_staff"][key].format(**values)

    def named(self, group: str, key: str) -> str:
        """A key of the desk in words; the key itself where it has none."""
        return self.words.labels[group].get(key, key)

    def clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.estate.zone):%H:%M}"

    # --- lines -------------------------------------------------------------------------------------------

    def line(self, message: Message, *, secret: bool, corrected: bool = False) -> str:
        """One message: when, who, what."""
        text = self.label("secret") if secret else masked(message.text) or self.label("file")
        who = self.who(message)
        if corrected:
            who = self.label("corrected", who=who)
        return self.label("line", at=self.clock(message.created_at), who=who, text=text)

    def who(self, message: Message) -> str:
        if message.sender is Sender.AGENT and message.agent is not None:
            return message.agent.name
        return self.label(f"who_{message.sender}")

    def undelivered(self, message: Message, state: str, *, secret: bool) -> str:
        """What became of a message that the resident does not have, or perhaps not."""
        text = self.label("secret") if secret else self.label("cut", text=masked(message.text)[:30])
        return self.label(f"delivery_{state}", who=self.who(message), text=text)

    def event(self, event: ConversationEvent, by: str | None, owner: str | None) -> str:
        """A change of who serves the chat."""
        key = f"moved_{event.old}_{event.new}"
        why = self.named("staff_reason", event.why)
        person = owner or by or self.label("nobody")
        return self.label("event", at=self.clock(event.at), text=self.label(key, why=why, person=person))

    # --- the topic and its first message -----------------------------------------------------------------

    def title(self, session: Session, conversation: Conversation) -> str:
        """Home and name, as the list of the workspace shows them."""
        homes = homes_of(session, conversation.resident_id)
        parts = [homes[0].key if homes else "", conversation.resident.name or ""]
        said = " ".join(part for part in parts if part) or self.label("unnamed", number=conversation.id)
        return masked(said)[:128]

    def header_key(self, conversation: Conversation, last_event: int, *, now: datetime) -> str:
        """Changes when the first message must be written anew."""
        minutes = 0
        if conversation.mode is Mode.WAITING and conversation.waiting_since is not None:
            minutes = _minutes(now - conversation.waiting_since)
        return f"{last_event}:{conversation.mode}:{conversation.owner_id}:{minutes // STEP_MINUTES}"

    def header(self, session: Session, topic: StaffTopic, *, now: datetime) -> str:
        """Who, why, since when, who serves, what is known so far; where the record is."""
        chat = topic.conversation
        summary = summarise(session, chat, seen_by=(Role.AGENT, 0), with_secrets=False, now=now)
        rows = [
            self.title(session, chat),
            self.label("channel", channel=self.named("staff_channel", chat.channel)),
            self._standing(session, chat, now),
            *self._known(chat, summary),
            self.label("made_again") if topic.made > 1 else "",
            self.label("record", url=self.url(chat)) if self.public_url else "",
            self.label("how"),
        ]
        return "\n".join(row for row in rows if row)

    @property
    def button_url(self) -> bool:
        """May a button lead to the workspace? Telegram refuses addresses that only this machine knows."""
        host = urlsplit(self.public_url or "").hostname
        return host is not None and host != "localhost" and not host.startswith("127.")

    def url(self, chat: Conversation) -> str:
        return f"{(self.public_url or '').rstrip('/')}/desk/chats/{chat.id}"

    def _standing(self, session: Session, chat: Conversation, now: datetime) -> str:
        if chat.mode is Mode.HUMAN:
            owner = session.get(Agent, chat.owner_id)
            return self.label("served", person=owner.name if owner else "")
        if chat.mode is Mode.WAITING and chat.waiting_since is not None:
            return self.label(
                "waits",
                reason=self.named("staff_reason", chat.reason or ""),
                since=self.clock(chat.waiting_since),
                minutes=_minutes(now - chat.waiting_since),
                at=self.clock(now),
            )
        return self.label("with_bot")

    def _known(self, chat: Conversation, summary: Summary) -> Sequence[str]:
        rows = []
        if chat.resident.phone:
            rows.append(self.label("phone", phone=masked_phone(chat.resident.phone)))
        if summary.emergency is not None:
            rows.append(self.label("emergency", kind=self.named("emergency", summary.emergency.kind)))
        if summary.upset:
            mood, trend = f"upset_{summary.upset}", f"trend_{summary.trend}"
            rows.append(self.label("mood", mood=self.label(mood), trend=self.label(trend)))
        if summary.first_words:
            rows.append(self.label("first_words", text=masked(summary.first_words)[:QUOTED]))
        if summary.last_words:
            rows.append(self.label("last_words", text=masked(summary.last_words)[:QUOTED]))
        if summary.repeated:
            rows.append(self.label("repeated", times=summary.repeated))
        for case in summary.open_cases[:3]:
            rows.append(self.label("case", number=case.number, status=self.named("status", case.status)))
        for promise in summary.promises[:3]:
            what = self.named("promise", promise.what)
            due = f"{promise.due_at.astimezone(self.estate.zone):%m-%d %H:%M}"
            key = "promise_late" if promise.state == "missed" else "promise"
            rows.append(self.label(key, number=promise.case.number, what=what, due=due))
        if summary.earlier_note:
            rows.append(self.label("earlier_note", text=masked(summary.earlier_note)[:QUOTED]))
        rows.extend(self.label("trait", text=masked(trait.text)) for trait in summary.traits[:3])
        return rows


def masked(text: str) -> str:
    """The text with every telephone number as 138****1234."""
    for found in reversed(find_phones(text)):
        text = text[: found.start] + masked_phone(found.value) + text[found.end :]
    return text


def _minutes(span: timedelta) -> int:
    return max(0, int(span.total_seconds() // 60))
