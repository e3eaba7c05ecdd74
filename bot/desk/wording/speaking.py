"""What the desk says without being asked: the composer with the estate's values, as one callable."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.desk.casework.case_rows import Say
from bot.desk.estate.calendar import WorkingCalendar
from bot.desk.estate.model import Estate
from bot.desk.wording.composer import Reply, Situation, wording
from bot.desk.wording.words import Words


def estate_values(estate: Estate, *, now: datetime) -> dict[str, Any]:
    """What any sentence may name of the estate; `open` and `next_opening` (ISO) hold for this moment."""
    calendar = WorkingCalendar.of(estate)
    return {
        "name": estate.name,
        "greeting_name": estate.greeting_name,
        "service_center": estate.service_center,
        "company": estate.company,
        "service_phone": estate.phones.service_center,
        "duty_phone": estate.phones.duty,
        "open": calendar.is_open(now),
        "next_opening": calendar.next_opening(now).isoformat(),
    }


def speaker(words: Words, estate: Estate, *, now: datetime) -> Say:
    """A `Say` that words keys for this moment. It raises ComposerError where the words cannot be made."""
    situation = Situation(now=now, zone=estate.timezone, values=estate_values(estate, now=now))

    def say(key: str, slots: Mapping[str, Any]) -> str:
        return wording(Reply(key, slots), words=words, situation=situation)

    return say
