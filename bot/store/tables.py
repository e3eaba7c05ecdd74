"""All tables, as typed mappings. Times are UTC, money is Decimal, messages are kept in order for ever.

`Message.seq` is a message's place in its conversation; `Message.revision` is bumped from the same
counter at each change a reader must see (delivered, cancelled, read), so that one cursor
(`after=N`) brings a page everything new and everything changed.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, MetaData, Numeric, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bot.store.columns import BigId, Json, UtcDateTime, words
from bot.store.states import (
    CaseKind,
    CaseStatus,
    Delivery,
    Lane,
    Mode,
    PromiseState,
    Role,
    Sender,
    TurnState,
    Urgency,
)

if TYPE_CHECKING:
    from bot.store.channel_tables import MessageVersion, TelegramMessage


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy, never changed
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        Mode: words(Mode),
        Sender: words(Sender),
        Lane: words(Lane),
        TurnState: words(TurnState),
        Delivery: words(Delivery),
        CaseKind: words(CaseKind),
        CaseStatus: words(CaseStatus),
        Urgency: words(Urgency),
        PromiseState: words(PromiseState),
        Role: words(Role),
    }


def _id() -> Mapped[int]:
    return mapped_column(BigId, primary_key=True)


def _ref(target: str, *, index: bool = True) -> Any:
    return mapped_column(BigId, ForeignKey(target), index=index)


# --- people and homes -------------------------------------------------------------------------------


class Household(Base):
    """A home 房屋 of the estate: building-unit-room, as `key` "3-2-1201"."""

    __tablename__ = "households"
    id: Mapped[int] = _id()
    key: Mapped[str] = mapped_column(String(40), unique=True)
    building: Mapped[str] = mapped_column(String(20), index=True)
    unit: Mapped[str] = mapped_column(String(20))
    room: Mapped[str] = mapped_column(String(20))
    floor_area: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))


class Resident(Base):
    """A person 业主/住户 who writes to the desk; what she says of herself is a claim until verified."""

    __tablename__ = "residents"
    id: Mapped[int] = _id()
    name: Mapped[str | None] = mapped_column(String(80))
    honorific: Mapped[str | None] = mapped_column(String(10))
    phone: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    homes: Mapped[list["Residency"]] = relationship(back_populates="resident")


class Residency(Base):
    """A resident's tie to a home: claimed until `verified_at` is set (by a code, or a confirmed import)."""

    __tablename__ = "residencies"
    __table_args__ = (UniqueConstraint("resident_id", "household_id"),)
    id: Mapped[int] = _id()
    resident_id: Mapped[int] = _ref("residents.id")
    household_id: Mapped[int] = _ref("households.id")
    claimed_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(String(60))
    resident: Mapped[Resident] = relationship(back_populates="homes")
    household: Mapped[Household] = relationship()


class HomeCode(Base):
    """A one-time code an agent gives to the people of a home; only its hash is kept."""

    __tablename__ = "home_codes"
    id: Mapped[int] = _id()
    household_id: Mapped[int] = _ref("households.id")
    code_hash: Mapped[str] = mapped_column(String(128), unique=True)
    issued_by: Mapped[str] = mapped_column(String(60))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_resident_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("residents.id"))


# --- conversations ----------------------------------------------------------------------------------


class Conversation(Base):
    """One resident on one channel 会话. `epoch` grows at takeover, transfer and hand-back; `period` is
    the bot period (a new Rasa sender id each)."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index("ix_conversations_mode_waiting_since", "mode", "waiting_since"),
    )
    id: Mapped[int] = _id()
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(120))
    """Where the channel delivers to: a web visitor's id, a Telegram chat id."""
    resident_id: Mapped[int] = _ref("residents.id")
    mode: Mapped[Mode] = mapped_column(default=Mode.BOT)
    epoch: Mapped[int] = mapped_column(default=0)
    period: Mapped[int] = mapped_column(default=1)
    period_turns: Mapped[int] = mapped_column(default=0)
    counter: Mapped[int] = mapped_column(default=0)
    """The last `seq` or `revision` given out in this conversation."""
    owner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(60))
    """Why a person is wanted: a key of `bot/desk/talk/escalation.py`."""
    waiting_since: Mapped[datetime | None]
    waiting_told_at: Mapped[datetime | None]
    """When the one acknowledgement of a waiting chat was given."""
    outage_told_at: Mapped[datetime | None]
    """When the resident was told that the assistant is away; cleared by the next real answer."""
    handback_note: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Small counters of the dialogue the desk keeps for escalation: misunderstood in a row, upset …"""
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime | None]
    resident: Mapped[Resident] = relationship()
    owner: Mapped["Agent | None"] = relationship()


class ConversationEvent(Base):
    """One change of a conversation's mode or owner: old, new, why, by whom, when."""

    __tablename__ = "conversation_events"
    id: Mapped[int] = _id()
    conversation_id: Mapped[int] = _ref("conversations.id")
    old: Mapped[Mode] = mapped_column(words(Mode, "old_mode"))
    new: Mapped[Mode] = mapped_column(words(Mode, "new_mode"))
    epoch: Mapped[int]
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class WebVisit(Base):
    """A browser's right to one conversation: hashes of its session token and of its return link."""

    __tablename__ = "web_visits"
    id: Mapped[int] = _id()
    conversation_id: Mapped[int] = _ref("conversations.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    return_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    operator: Mapped[bool] = mapped_column(default=False)
    """Opened with the operator's token (`./guanjia chat`), never by a visitor."""


class Turn(Base):
    """The messages handled together in one pass 轮, with the epoch read when they were claimed."""

    __tablename__ = "turns"
    __table_args__ = (
        Index(
            "uq_turns_one_open_per_conversation",
            "conversation_id",
            unique=True,
            sqlite_where=text("state in ('running', 'waiting')"),
            postgresql_where=text("state in ('running', 'waiting')"),
        ),
    )
    id: Mapped[int] = _id()
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """The id other processes know the turn by (uuid4)."""
    conversation_id: Mapped[int] = _ref("conversations.id")
    epoch: Mapped[int]
    period: Mapped[int]
    state: Mapped[TurnState] = mapped_column(default=TurnState.RUNNING, index=True)
    desk: Mapped[str] = mapped_column(String(60))
    lease_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1)
    retry_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    """What Rasa answered: {"replies": [...], "parse": {...}, "state": {...}}."""
    outcome: Mapped[str | None] = mapped_column(String(60))
    supervisors_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Its messages speak of somebody at the desk, or anonymously: supervisors and admins alone read them."""
    messages: Mapped[list["Message"]] = relationship(back_populates="turn", order_by="Message.seq")
    conversation: Mapped[Conversation] = relationship()


class Message(Base):
    """One thing said, in or out. The resident's own are stored before anything else happens to them."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "channel_id"),
        Index("ix_messages_conversation_id_revision", "conversation_id", "revision"),
        Index(
            "ix_messages_unhandled",
            "conversation_id",
            sqlite_where=text("sender = 'resident' and turn_id is null and handled_at is null"),
            postgresql_where=text("sender = 'resident' and turn_id is null and handled_at is null"),
        ),
    )
    id: Mapped[int] = _id()
    conversation_id: Mapped[int] = _ref("conversations.id", index=False)
    seq: Mapped[int]
    revision: Mapped[int]
    sender: Mapped[Sender]
    agent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"))
    channel_id: Mapped[str | None] = mapped_column(String(120))
    """The channel's own id of it; unique in its conversation: a redelivery changes nothing."""
    text: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[str | None] = mapped_column(Text)
    """What a pressed button stands for; never typed text."""
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    """Outbound: [{"title", "payload"}]."""
    reply_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    turn_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("turns.id"), index=True)
    """Inbound: the turn that handles it. Outbound by the bot: the turn it answers."""
    handled_at: Mapped[datetime | None]
    upset: Mapped[int | None]
    parse: Mapped[dict[str, Any] | None]
    visible: Mapped[bool] = mapped_column(default=True)
    """May the resident see it yet? Outbound rows become visible when the channel took them."""
    read_at: Mapped[datetime | None]
    turn: Mapped[Turn | None] = relationship(back_populates="messages")

    @property
    def supervisors_only(self) -> bool:
        """Does it speak of somebody at the desk, so that agents do not read it (R8)?"""
        return self.turn is not None and self.turn.supervisors_only

    attachments: Mapped[list["Attachment"]] = relationship(back_populates="message")
    versions: Mapped[list["MessageVersion"]] = relationship(order_by="MessageVersion.id", viewonly=True)
    """Older wordings, where she changed it."""
    places: Mapped[list["TelegramMessage"]] = relationship(
        primaryjoin="Message.id == foreign(TelegramMessage.message_id)", viewonly=True
    )
    outbox: Mapped["OutboxRow | None"] = relationship(back_populates="message")
    agent: Mapped["Agent | None"] = relationship()


class Attachment(Base):
    """A file a message carries; the bytes lie under the data folder, named by their hash."""

    __tablename__ = "attachments"
    id: Mapped[int] = _id()
    message_id: Mapped[int] = _ref("messages.id")
    media_type: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    message: Mapped[Message] = relationship(back_populates="attachments")


class OutboxRow(Base):
    """An outbound message's way to its channel 发件箱."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_due_at", "state", "due_at"),)
    id: Mapped[int] = _id()
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), unique=True)
    conversation_id: Mapped[int] = _ref("conversations.id")
    channel: Mapped[str] = mapped_column(String(20))
    lane: Mapped[Lane]
    state: Mapped[Delivery] = mapped_column(default=Delivery.QUEUED)
    epoch: Mapped[int | None]
    """Set for the bot's rows: sent only if the conversation still has this epoch and is not `human`."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    desk: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    channel_ref: Mapped[str | None] = mapped_column(String(120))
    """The channel's id of what was delivered."""
    error: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    message: Mapped[Message] = relationship(back_populates="outbox")


class Effect(Base):
    """What an action of a turn did, keyed so that done twice it is there once."""

    __tablename__ = "effects"
    __table_args__ = (UniqueConstraint("turn_key", "action", "ordinal"),)
    id: Mapped[int] = _id()
    turn_key: Mapped[str] = mapped_column(String(36), index=True)
    action: Mapped[str] = mapped_column(String(60))
    ordinal: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]]
    at: Mapped[datetime]


# --- cases ------------------------------------------------------------------------------------------


class Case(Base):
    """One matter followed to its end 工单."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_status_urgency", "status", "urgency"),)
    id: Mapped[int] = _id()
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[CaseKind]
    category: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[Urgency]
    status: Mapped[CaseStatus] = mapped_column(default=CaseStatus.ACCEPTED)
    summary: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(String(120))
    since: Mapped[str | None] = mapped_column(String(120))
    contact: Mapped[str | None] = mapped_column(String(60))
    household_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("households.id"), index=True)
    resident_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("residents.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("conversations.id"), index=True)
    department: Mapped[str] = mapped_column(String(60))
    person_in_charge: Mapped[str] = mapped_column(String(60))
    """A name, from `estate.yml` or an agent's; a case always has one."""
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    supervisors_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It complains of somebody at the desk (R8): for supervisors and admins, not for agents and staff."""
    household: Mapped[Household | None] = relationship()
    resident: Mapped[Resident | None] = relationship()
    conversation: Mapped[Conversation | None] = relationship()
    assignee: Mapped["Agent | None"] = relationship()
    events: Mapped[list["CaseEvent"]] = relationship(back_populates="case", order_by="CaseEvent.id")
    promises: Mapped[list["Promise"]] = relationship(back_populates="case", order_by="Promise.due_at")

    @property
    def is_anonymous(self) -> bool:
        """Whoever complained is not to be named (R8)."""
        return bool(self.details.get("anonymous"))


class CaseEvent(Base):
    """One line of a case's history: a change of status, an assignment, a note, a word to the resident."""

    __tablename__ = "case_events"
    id: Mapped[int] = _id()
    case_id: Mapped[int] = _ref("cases.id")
    kind: Mapped[str] = mapped_column(String(40))
    old: Mapped[str | None] = mapped_column(String(60))
    new: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="events")


class Promise(Base):
    """A time the desk told a resident 承诺时限. `next_at` is when the clock must look at it again."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_state_next_at", "state", "next_at"),)
    id: Mapped[int] = _id()
    case_id: Mapped[int] = _ref("cases.id")
    what: Mapped[str] = mapped_column(String(20))
    """respond 响应 | visit 上门 | resolve 办结"""
    due_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(60))
    """"sla", or who promised it: "agent:3"."""
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.OPEN)
    warn_at: Mapped[datetime]
    tell_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="promises")


class Counter(Base):
    """Numbers given out once: case numbers per kind and year."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


# --- the people of the desk -------------------------------------------------------------------------


class Agent(Base):
    """A person 客服 who works at the desk."""

    __tablename__ = "agents"
    id: Mapped[int] = _id()
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(default=Role.AGENT)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class AgentSession(Base):
    """A signed-in browser of an agent; only the token's hash is kept."""

    __tablename__ = "agent_sessions"
    id: Mapped[int] = _id()
    agent_id: Mapped[int] = _ref("agents.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    agent: Mapped[Agent] = relationship()


class LoginAttempt(Base):
    """A failed sign-in, for throttling by login and by address."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_subject_at", "subject", "at"),)
    id: Mapped[int] = _id()
    subject: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class Notice(Base):
    """A word to an agent or to all at the desk (a promise nears its end, a delivery failed)."""

    __tablename__ = "notices"
    id: Mapped[int] = _id()
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What makes it one notice, e.g. "promise:12:warn"; written twice it is there once."""
    agent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("agents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cases.id"))
    conversation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("conversations.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who looked at or changed what, and when (R24). Holds ids, never personal data."""

    __tablename__ = "audit"
    id: Mapped[int] = _id()
    by: Mapped[str] = mapped_column(String(60), index=True)
    what: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    at: Mapped[datetime]


class Lease(Base):
    """A job that only one desk may do at a time (the clock, a poller)."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime]


# The tables of channels and of emergencies belong to the same schema; last, because they build on these.
import bot.store.block_tables  # noqa: E402
import bot.store.channel_tables  # noqa: E402
import bot.store.emergency_tables  # noqa: E402
import bot.store.fee_tables  # noqa: E402
import bot.store.handbook_tables  # noqa: E402
import bot.store.kept_from_tables  # noqa: E402
import bot.store.pace_tables  # noqa: E402
import bot.store.reading_tables  # noqa: E402
import bot.store.reminder_tables  # noqa: E402
import bot.store.service_tables  # noqa: E402
import bot.store.telegram_staff_tables  # noqa: E402, F401
