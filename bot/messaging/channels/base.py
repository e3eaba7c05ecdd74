"""What every channel promises: one small protocol, its limits, and how a delivery may fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.store.states import Lane


class LengthUnit(StrEnum):
    """What a channel counts when it limits a message's length."""

    CHARACTERS = "characters"
    BYTES = "bytes"


@dataclass(frozen=True)
class Limits:
    """What a channel can carry; composer, sender and clock ask here instead of knowing channels."""

    max_length: int
    """Longest text of one message, in `unit`."""
    unit: LengthUnit
    window_hours: int | None
    """How long after the resident's last message we may write; None: always."""
    answers_per_message: int | None
    """How many messages may answer one inbound message; None: any number."""
    edits: bool
    buttons: int
    """Most buttons under one message; 0: none."""
    callback_bytes: int | None
    """Longest button payload in bytes; None: any length."""
    idempotent: bool
    """Delivered twice, it is there once."""
    history_hours: int | None
    """How long the channel keeps what we did not fetch; None: for ever."""
    may_write_first: bool
    per_second: float | None = None
    """Most messages a second in all; None: no limit."""
    seconds_per_chat: float = 0.0
    """Least time between two messages to one address."""

    def measure(self, text: str) -> int:
        """Length of `text` in this channel's unit."""
        return len(text) if self.unit is LengthUnit.CHARACTERS else len(text.encode())


@dataclass(frozen=True)
class OutgoingFile:
    """A file of an outgoing message; the bytes lie in the attachment store under `sha256`."""

    id: int
    media_type: str
    name: str
    sha256: str


@dataclass(frozen=True)
class OutgoingMessage:
    """One message on its way to `address` of a channel."""

    message_id: int
    conversation_id: int
    address: str
    lane: Lane
    text: str
    buttons: Sequence[dict[str, Any]] = ()
    files: Sequence[OutgoingFile] = ()


@dataclass(frozen=True)
class Delivered:
    """The channel took the message; `channel_ref` is its own id of it, if it has one."""

    channel_ref: str | None = None


@dataclass(frozen=True)
class UnknownOutcome:
    """The channel did not say: the message may have arrived or not."""

    reason: str


class DeliveryFault(Exception):
    """A delivery that certainly did not happen."""


class PermanentFault(DeliveryFault):
    """Trying again cannot help (the resident blocked us, the address is gone)."""


class PassingFault(DeliveryFault):
    """Trying again may help; `retry_after` in seconds is the channel's own wish, if it has one."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Channel(Protocol):
    """One way to a resident. Receiving is the channel's own matter; it ends in `inbox.receive`."""

    @property
    def name(self) -> str:
        """The word in `Conversation.channel` and `OutboxRow.channel`."""
        ...

    @property
    def limits(self) -> Limits: ...

    @property
    def in_store(self) -> bool:
        """Our own channel, whose readers read the store: delivered by the row becoming visible."""
        ...

    async def deliver(self, message: OutgoingMessage) -> Delivered | UnknownOutcome:
        """Hand `message` over. Raises `PermanentFault` or `PassingFault` when it did not arrive."""
        ...
