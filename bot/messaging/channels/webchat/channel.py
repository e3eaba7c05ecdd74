"""The web chat as a channel: what is stored and visible is delivered; the page fetches it."""

from typing import Final

from bot.messaging.channels.base import Delivered, LengthUnit, Limits, OutgoingMessage

NAME: Final = "webchat"
LIMITS: Final = Limits(
    max_length=20_000,
    unit=LengthUnit.CHARACTERS,
    window_hours=None,
    answers_per_message=None,
    edits=True,
    buttons=12,
    callback_bytes=None,
    idempotent=True,
    history_hours=None,
    may_write_first=True,
)


class WebChatChannel:
    """Delivery is the row that becomes visible when the sender marks it sent."""

    name = NAME
    limits = LIMITS
    in_store = True

    async def deliver(self, message: OutgoingMessage) -> Delivered:
        """Nothing leaves the house: the sender's commit and its live event are the delivery."""
        return Delivered()
