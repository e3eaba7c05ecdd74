"""A gateway for text messages, as `estate.yml` describes it: one HTTP call with the fields filled in."""

import os
import re
from collections.abc import Mapping
from typing import Any, Final

import httpx

from bot.desk.estate.duty_part import SmsAccepted, SmsGateway
from bot.desk.paging import SMS, ClaimedPage
from bot.messaging.paging.base import PageFault
from bot.messaging.paging.wording import PageWording

PATIENCE: Final = 10.0
_FIELD: Final = re.compile(r"\{(phone|text|env:(\w+))\}")


class MissingSecret(PageFault):
    """An environment variable named in `estate.yml` is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is not set", permanent=True)


class SmsDevice:
    """Calls the gateway; what its answer must hold to count as taken stands in `accepted`."""

    name = SMS

    def __init__(
        self, gateway: SmsGateway, *, wording: PageWording, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._gateway = gateway
        self._wording = wording
        self._environment = environment
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=False)

    async def send(self, page: ClaimedPage) -> None:
        await self.send_text(page.address, self._wording.text(page))

    async def send_text(self, phone: str, text: str) -> None:
        """Send any words to a number. Raises PageFault."""
        gateway = self._gateway
        values = {"phone": phone, "text": text}
        content: dict[str, Any] = {"headers": self._filled(gateway.headers, values)}
        if gateway.form is not None:
            content["params" if gateway.method == "GET" else "data"] = self._filled(gateway.form, values)
        elif gateway.json_fields is not None:
            content["json"] = self._filled(gateway.json_fields, values)
        try:
            answer = await self._http.request(gateway.method, self._filled(gateway.url, values), **content)
        except httpx.HTTPError as fault:
            raise PageFault(f"{type(fault).__name__}: {fault}") from fault
        _check(answer, gateway.accepted)

    async def close(self) -> None:
        await self._http.aclose()

    def _filled(self, form: Any, values: Mapping[str, str]) -> Any:
        """Fill strings wherever they stand in a form or a JSON body; numbers and the like stay."""
        if isinstance(form, str):
            return _FIELD.sub(lambda match: self._value(match, values), form)
        if isinstance(form, Mapping):
            return {name: self._filled(one, values) for name, one in form.items()}
        if isinstance(form, list):
            return [self._filled(one, values) for one in form]
        return form

    def _value(self, match: re.Match[str], values: Mapping[str, str]) -> str:
        if match[2] is None:
            return values[match[1]]
        if not self._environment.get(match[2]):
            raise MissingSecret(match[2])
        return self._environment[match[2]]


def _check(answer: httpx.Response, accepted: SmsAccepted | None) -> None:
    # The answer may hold the number; only what it said of itself is kept.
    if not answer.is_success:
        refused = 400 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429)
        raise PageFault(f"the gateway answered {answer.status_code}", permanent=refused)
    if accepted is None:
        return
    try:
        found: Any = answer.json()
        for name in accepted.field.split("."):
            found = found[name]
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        raise PageFault(f"the gateway's answer has no field {accepted.field}") from fault
    if str(found) != str(accepted.equals):
        raise PageFault(f"the gateway did not take it: {accepted.field} is {found!r}"[:200])
