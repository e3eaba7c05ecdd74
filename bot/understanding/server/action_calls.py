"""Calls the desk's action server: bounded in time, over kept connections, with no more than it reads.

Rasa waits 300 s for an action (while its lock of the conversation lives 60 s), opens a connection for each
call, sends the whole domain and every event since the conversation began, and inside
`action_extract_slots` takes some failures for an empty result. `ActionCalls` stands in the place of the
endpoint Rasa was configured with and does better on each.
"""

import asyncio
from typing import Any

import aiohttp
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

# Seconds an action may take; actions bound themselves well below it.
CALL_SECONDS = 5.0
# Seconds a connection is kept idle: fewer than the action server keeps it (uvicorn: 5), or a call might be
# sent into a connection that is just being closed.
IDLE_SECONDS = 2.0
# What a person said before this many messages is not sent (rasa-sdk looks at the newest events only).
MESSAGES_SENT = 2
# The action server's "I do not want to run now", which is an answer and no failure.
REJECTED = 400


class ActionCallFailed(Exception):
    """An action failed or could not be reached; no RasaException, as Rasa takes some of those for nothing."""


class ActionCalls(EndpointConfig):
    """The action endpoint every action of Rasa is given by our processor."""

    def __init__(self, configured: EndpointConfig, domain: Domain) -> None:
        super().__init__(configured.url, configured.params, configured.headers, token=configured.token)
        # rasa-sdk needs some domain, and of it only the forms; Rasa is told not to send its own.
        self.kwargs = {"selective_domain": True}
        self._forms = {"forms": {name: domain.forms[name] for name in domain.form_names}}
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call the action server; ActionCallFailed unless it answers 200, or 400, its word for "not now"."""
        action = kwargs["json"]["next_action"]
        try:
            return await self._call(kwargs["json"])
        except asyncio.TimeoutError as error:
            raise ActionCallFailed(f"{action}: no answer in {CALL_SECONDS:g} s") from error
        except ClientResponseError as error:
            if error.status == REJECTED:
                raise
            raise ActionCallFailed(f"{action}: the action server answered {error.status}") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise ActionCallFailed(f"{action}: {type(error).__name__} at the action server") from error

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(self, call: dict[str, Any]) -> Any:
        body = {**call, "domain": self._forms}
        body["tracker"] = {**call["tracker"], "events": _newest(call["tracker"]["events"])}
        async with self._connected().post(self.url, json=body, params=self.combine_parameters()) as response:
            if response.status >= REJECTED:
                raise ClientResponseError(response.status, response.reason, await response.text())
            return await response.json()

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self.headers,
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
                connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS),
            )
        return self._session


def _newest(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = 0
    for index in range(len(events) - 1, -1, -1):
        seen += events[index]["event"] == "user"
        if seen == MESSAGES_SENT:
            return events[index:]
    return events
