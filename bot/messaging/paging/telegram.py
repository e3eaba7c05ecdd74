"""A page as a Telegram message to the person on duty, with a button that takes the alarm.

She must have opened the bot once; her chat's number stands in `estate.yml`. What she presses comes back over
the channel (`bot/messaging/channels/telegram/duty.py`).
"""

import telegram
from telegram import error as said

from bot.desk.paging import TELEGRAM, ClaimedPage
from bot.messaging.channels.telegram.api import TelegramApi
from bot.messaging.channels.telegram.duty import TAKE
from bot.messaging.paging.base import PageFault
from bot.messaging.paging.wording import PageWording


class TelegramDevice:
    """Taken when Telegram took the message. The bot's connection belongs to the channel."""

    name = TELEGRAM

    def __init__(self, api: TelegramApi, *, wording: PageWording, desk_url: str | None) -> None:
        self._api = api
        self._wording = wording
        self._desk_url = desk_url

    async def send(self, page: ClaimedPage) -> None:
        try:
            await self._api.bot.send_message(
                int(page.address), self._wording.text(page), reply_markup=self._buttons(page)
            )
        except said.RetryAfter as fault:
            raise PageFault(fault.message) from fault
        except (said.Forbidden, said.BadRequest) as fault:  # never wrote to the bot, or switched it off
            raise PageFault(fault.message, permanent=True) from fault
        except said.TelegramError as fault:
            raise PageFault(f"{type(fault).__name__}: {fault.message}") from fault

    async def close(self) -> None:
        """Nothing of its own is open."""

    def _buttons(self, page: ClaimedPage) -> telegram.InlineKeyboardMarkup:
        labels = self._wording.words.labels["paging"]
        take = telegram.InlineKeyboardButton(labels["take"], callback_data=f"{TAKE}{page.page_id}")
        rows = [[take]]
        if self._desk_url:
            rows.append([telegram.InlineKeyboardButton(labels["open_desk"], url=self._desk_url)])
        return telegram.InlineKeyboardMarkup(rows)


class NoTelegram:
    """Stands in where `estate.yml` names chats and the channel has no token: the page fails and is seen."""

    name = TELEGRAM

    async def send(self, page: ClaimedPage) -> None:
        raise PageFault("Telegram is not set up: no token", permanent=True)

    async def close(self) -> None:
        """Nothing is open."""
