"""The closed sets of words that rows may hold (design words, one line each)."""

from enum import StrEnum


class Mode(StrEnum):
    """Who serves a conversation 会话."""

    BOT = "bot"  # the assistant answers
    WAITING = "waiting"  # queued for a person; the bot still serves status, urge, cancel and emergencies
    HUMAN = "human"  # an agent owns it; the bot is silent


class Sender(StrEnum):
    """Who wrote a message."""

    RESIDENT = "resident"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Lane(StrEnum):
    """Lanes 通道 of the outbox, in order of precedence; order is kept within a lane of a conversation."""

    EMERGENCY = "emergency"
    PEOPLE = "people"
    BOT = "bot"
    BULK = "bulk"


class TurnState(StrEnum):
    RUNNING = "running"  # leased to a desk, or its lease ran out and it is free to be taken up again
    WAITING = "waiting"  # Rasa was down or slow: to be tried again at `retry_at`
    DONE = "done"  # answered, handed to a person, or set aside in favour of a person
    ABANDONED = "abandoned"  # a person took the conversation while it ran: its reply is cancelled


class Delivery(StrEnum):
    """State of an outbound message; the resident sees hers as sending / sent (R38)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  # the channel did not say
    FAILED = "failed"  # permanent fault, or retries used up
    CANCELLED = "cancelled"  # the epoch rule: a person took over before it was sent


class CaseKind(StrEnum):
    REPAIR = "repair"
    COMPLAINT = "complaint"
    INQUIRY = "inquiry"
    FEE = "fee"
    SUGGESTION = "suggestion"
    EMERGENCY = "emergency"


class CaseStatus(StrEnum):
    """Open states are ACCEPTED … REOPENED; `bot/desk/casework/cases.py` holds the table of moves."""

    ACCEPTED = "accepted"  # 已受理
    ASSIGNED = "assigned"  # 已派单
    IN_PROGRESS = "in_progress"  # 处理中
    RESOLVED = "resolved"  # 已处理，待确认
    REOPENED = "reopened"  # 重新处理
    CLOSED = "closed"  # 已结案
    WITHDRAWN = "withdrawn"  # 已撤销


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    STAFF = "staff"
