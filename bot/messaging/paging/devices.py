"""The devices an estate has, made from its settings; secrets come from the environment only."""

import logging
import os
from collections.abc import Mapping

from bot.desk.estate.model import Estate
from bot.desk.wording.words import Words
from bot.messaging.channels.telegram.api import TelegramApi
from bot.messaging.paging.base import PageDevice
from bot.messaging.paging.sms import SmsDevice
from bot.messaging.paging.telegram import NoTelegram, TelegramDevice
from bot.messaging.paging.webhook import WebhookDevice
from bot.messaging.paging.wording import PageWording

log = logging.getLogger(__name__)


def devices_of(
    estate: Estate,
    words: Words,
    *,
    public_url: str | None,
    telegram: TelegramApi | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[PageDevice]:
    """Webhook, gateway and Telegram where `estate.yml` names them; `telegram` is the channel's bot."""
    duty, found = estate.on_duty, list[PageDevice]()
    desk_url = f"{public_url.rstrip('/')}/desk/alarms" if public_url else None
    if duty.webhook is not None:
        name = duty.webhook.secret_env
        secret = environment.get(name) if name else None
        if name and not secret:
            log.error("paging.secret_missing", extra={"variable": name})
        found.append(
            WebhookDevice(
                duty.webhook.url,
                secret=secret,
                wording=PageWording(words, estate),
                desk_url=desk_url,
            )
        )
    if duty.sms is not None:
        wording = PageWording(words, estate, own=duty.sms.text)
        found.append(SmsDevice(duty.sms, wording=wording, environment=environment))
    if duty.calls_telegram:
        wording = PageWording(words, estate)
        found.append(
            TelegramDevice(telegram, wording=wording, desk_url=desk_url) if telegram else NoTelegram()
        )
    return found
