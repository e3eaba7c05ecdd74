"""What `./guanjia doctor` and `./guanjia telegram` ask Telegram: the bot, its webhook, its rights."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram.service import webhook_address
from bot.messaging.channels.telegram.status import MENDS
from bot.process.faults import OperatorError
from bot.settings import Settings


@dataclass(frozen=True)
class Answered:
    """What Telegram says of the bot."""

    me: dict[str, Any]
    webhook: dict[str, Any]


def ask_telegram(settings: Settings) -> Answered:
    """Ask once. Raises OperatorError with the mend."""
    if settings.telegram_token is None:
        raise OperatorError(
            "telegram", "no bot is set", "make one with @BotFather and set TELEGRAM_BOT_TOKEN"
        )
    try:
        return asyncio.run(_ask(settings, settings.telegram_token))
    except ApiFault as fault:
        wrong = fault.code in (401, 404)
        what, _, mend = MENDS["token" if wrong else "network"].partition(": ")
        raise OperatorError("telegram", f"{what} ({fault})", mend) from fault


def faults_of(settings: Settings, answered: Answered) -> Iterator[tuple[bool, str, str]]:
    """(is a fault, what was found, the mend) for what is not as it should be."""
    hook, wanted = answered.webhook, webhook_address(settings)
    url = str(hook.get("url") or "")
    if url and url != wanted:
        yield False, "another webhook is set", "./guanjia up takes over; or stop the other program"
    if url and hook.get("last_error_message"):
        yield (
            True,
            f"cannot bring updates: {hook['last_error_message']}",
            "look at GUANJIA_PUBLIC_URL, or set TELEGRAM_RECEIVE=poll",
        )
    if int(hook.get("pending_update_count") or 0) > 100:
        yield False, f"{hook['pending_update_count']} updates wait", "start ./guanjia up; kept 24 hours only"
    if answered.me.get("can_join_groups"):
        yield (
            False,
            "can be put into groups, where it gives no service",
            "@BotFather: /setjoingroups, Disable",
        )


async def _ask(settings: Settings, token: str) -> Answered:
    api = TelegramApi(token, root=settings.telegram_api_url, proxy=settings.telegram_proxy)
    try:
        return Answered(await api.call("getMe"), await api.call("getWebhookInfo"))
    finally:
        await api.close()
