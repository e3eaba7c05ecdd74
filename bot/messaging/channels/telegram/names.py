"""The channel's name and its topic of live news inside the desk."""

from typing import Final

NAME: Final = "telegram"
"""The word in `Conversation.channel` and `OutboxRow.channel`."""
NEWS: Final = "telegram"
"""Topic of the hub: raw updates are stored and wait to be read."""
