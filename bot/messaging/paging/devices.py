"""The devices an estate has, made from its settings; secrets come from the environment only."""

import logging
import os
from collections.abc import Mapping

from bot.desk.estate.model import Estate
from bot.desk.wording.words import Words
from bot.messaging.paging.base import PageDevice
from bot.messaging.paging.sms import SmsDevice
from bot.messaging.paging.webhook import WebhookDevice
from bot.messaging.paging.wording import PageWording

log = logging.getLogger(__name__)


def devices_of(
    estate: Estate,
    words: Words,
    *,
    public_url: str | None,
    environment: Mapping[str, str] = os.environ,
) -> list[PageDevice]:
    """Webhook and gateway where `estate.yml` names them."""
    duty, found = estate.on_duty, list[PageDevice]()
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
                desk_url=f"{public_url.rstrip('/')}/desk/alarms" if public_url else None,
            )
        )
    if duty.sms is not None:
        wording = PageWording(words, estate, own=duty.sms.text)
        found.append(SmsDevice(duty.sms, wording=wording, environment=environment))
    return found
