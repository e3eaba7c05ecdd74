"""What came of an update once it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.desk.talk.transcript import NewAttachment


@dataclass(frozen=True)
class Fetched:
    """The files of a message that are in our store, and how many could not be had."""

    files: tuple[NewAttachment, ...] = ()
    lost: int = 0


@dataclass(frozen=True)
class Heard:
    """What is left to do once it is committed."""

    conversation_id: int | None = None
    callback_word: str | None = None
    """Answer the pressed button with these words, as an alert; "" with none."""
    group_word: str | None = None
    keyboard: Mapping[str, Any] | None = None
    """The buttons under the message whose button was pressed, from now on."""
    told: tuple[int, ...] = ()
    """Conversations of others in which something was written."""
