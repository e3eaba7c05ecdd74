"""Who would be called in an emergency, and whether each device could: what `doctor` says about `duty`."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from bot.desk.estate.duty_part import DutySettings
from bot.desk.estate.model import Estate

FAULT, HINT, GOOD = "fault", "hint", "good"
Line = tuple[str, str, str, str]
"""(FAULT, HINT or GOOD; what; what was found; what to do)"""
_VARIABLE: Final = re.compile(r"\{env:(\w+)\}")
_MANUAL: Final = "docs/paging.md"


def duty_lines(estate: Estate, environment: Mapping[str, str], *, telegram: bool) -> Iterator[Line]:
    """Every fault of the chain and its devices; `telegram`: is the channel set up."""
    duty = estate.on_duty
    if estate.duty is None:
        found = f"estate.yml has no part duty: only {_names(duty)} would be called"
        yield HINT, "duty", found, f"name who is on duty, step by step ({_MANUAL})"
    faults = [*_secrets(duty, environment), *_unreached(duty, telegram=telegram)]
    yield from faults
    devices = _devices(duty)
    if not devices:
        found = "only the desk page rings: nobody who is away from it is called"
        yield HINT, "paging", found, f"add a webhook, a text message gateway or Telegram ({_MANUAL})"
    elif not faults:
        yield GOOD, "paging", f"{' → '.join(step.role for step in duty.chain)}, by {', '.join(devices)}", ""


def _secrets(duty: DutySettings, environment: Mapping[str, str]) -> Iterator[Line]:
    if duty.webhook is not None:
        name = duty.webhook.secret_env
        if name is None:
            mend = f"name a variable in secret_env, and check the signature ({_MANUAL})"
            yield HINT, "paging webhook", "its pages are not signed: anybody could send them", mend
        elif not environment.get(name):
            found = f"{name} is not set: its pages go out unsigned"
            yield FAULT, "paging webhook", found, f"set {name} before ./guanjia up"
    if duty.sms is not None:
        written = json.dumps(duty.sms.model_dump(mode="json"), ensure_ascii=False)
        for name in dict.fromkeys(_VARIABLE.findall(written)):
            if not environment.get(name):
                found = f"{name} is not set: the gateway will refuse every message"
                yield FAULT, "paging text messages", found, f"set {name} before ./guanjia up"


def _unreached(duty: DutySettings, *, telegram: bool) -> Iterator[Line]:
    if duty.calls_telegram and not telegram:
        found = "duty names chats, and the channel has no token: these pages fail"
        yield FAULT, "paging telegram", found, "set TELEGRAM_BOT_TOKEN (docs/channels/telegram.md)"
    if duty.sms is None and not duty.calls_telegram:
        return
    for step in duty.chain:
        silent = [
            one.name
            for one in step.people
            if not (duty.sms is not None and one.phone) and not (telegram and one.telegram)
        ]
        if silent:
            found = f"{step.role}: {', '.join(silent)} cannot be called away from the desk page"
            yield HINT, "paging", found, "give them a phone or a telegram number in estate.yml"


def _devices(duty: DutySettings) -> list[str]:
    named = {
        "webhook": duty.webhook is not None,
        "text message": duty.sms is not None,
        "Telegram": duty.calls_telegram,
    }
    return [name for name, there in named.items() if there]


def _names(duty: DutySettings) -> str:
    return ", ".join(person.name for step in duty.chain for person in step.people)
