"""Can the group be used: is it a forum, is the bot in it and allowed what it needs. Asked at Telegram."""

from dataclasses import dataclass
from typing import Any

from bot.messaging.channels.telegram.api import ApiFault, TelegramApi


@dataclass(frozen=True)
class Standing:
    """`fault`: not_there | not_forum | no_rights; None where all is well. `pins`: may it pin messages?"""

    title: str = ""
    fault: str | None = None
    pins: bool = True


async def look_at(api: TelegramApi, chat_id: int) -> Standing:
    """How the bot stands in that group. Raises ApiFault where Telegram gives no answer."""
    try:
        chat: dict[str, Any] = await api.call("getChat", chat_id=chat_id)
        member: dict[str, Any] = await api.call("getChatMember", chat_id=chat_id, user_id=api.bot_id)
    except ApiFault as fault:
        if fault.code in (400, 403):
            return Standing(fault="not_there")
        raise
    title = str(chat.get("title") or "")
    if member.get("status") in ("left", "kicked"):
        return Standing(title, "not_there")
    if not chat.get("is_forum"):
        return Standing(title, "not_forum")
    owner = member.get("status") == "creator"
    if not owner and not member.get("can_manage_topics"):
        return Standing(title, "no_rights")
    return Standing(title, None, bool(owner or member.get("can_pin_messages")))
