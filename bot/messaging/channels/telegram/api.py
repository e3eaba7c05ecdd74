"""The Bot API at one address for one bot: python-telegram-bot for sending, raw JSON for receiving.

Receiving is our own, because `run_polling` moves the offset on before an update is stored, and one
update it cannot read drops its whole batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import telegram
from telegram.request import HTTPXRequest

DOWNLOAD_BYTES: Final = 20_000_000
"""Largest file a bot may fetch."""
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
_CONNECT: Final = 10.0
_READ: Final = 20.0
_PASSING: Final = (408, 425, 429, 500, 502, 503, 504)


@dataclass
class ApiFault(Exception):
    """A call that got no result. `code` None: no answer at all (the network, a proxy)."""

    code: int | None
    description: str
    retry_after: float | None = None
    migrated_to: int | None = None
    """The group has become a supergroup of this number."""

    def __str__(self) -> str:
        return self.description if self.code is None else f"{self.code}: {self.description}"

    @property
    def passing(self) -> bool:
        """May the same call work a little later?"""
        return self.code is None or self.code in _PASSING


class TelegramApi:
    """One per desk process. `close` it at the end."""

    def __init__(self, token: str, *, root: str, proxy: str | None = None) -> None:
        self.bot_id = int(token.split(":")[0])
        self._token = token
        self._root = root
        self._proxy = proxy
        # A server beside us is never reached through the environment's proxy.
        self._trust_env = urlsplit(root).hostname not in ("127.0.0.1", "localhost", "::1")
        self._requests = [self._request(), self._request()]
        self.bot = telegram.Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._http = self._client()

    async def get_updates(self, *, offset: int | None, limit: int, seconds: int) -> list[Any]:
        """The raw updates from `offset` on; waits up to `seconds` for the first. Raises ApiFault."""
        params: dict[str, Any] = {
            "limit": limit,
            "timeout": seconds,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if offset is not None:
            params["offset"] = offset
        found = await self.call("getUpdates", patience=seconds + _READ, **params)
        if not isinstance(found, list):
            raise ApiFault(None, "getUpdates answered no list")
        return found

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates brought to `url`; what waits stays. Raises ApiFault."""
        await self.call("setWebhook", url=url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES))

    async def delete_webhook(self) -> None:
        """Have updates wait for `getUpdates`; what waits stays (nothing is ever dropped). Raises ApiFault."""
        await self.call("deleteWebhook")

    async def set_menu(self, commands: Sequence[tuple[str, str]]) -> None:
        """The commands a resident finds under "Menu". Raises ApiFault."""
        menu = [{"command": command, "description": said} for command, said in commands]
        await self.call("setMyCommands", commands=menu)

    async def call(self, method: str, *, patience: float = _READ, **params: Any) -> Any:
        """One call, its raw result. Raises ApiFault, never with the token in its words."""
        try:
            answer = await self._http.post(
                f"{self._root}/bot{self._token}/{method}",
                json=params,
                timeout=httpx.Timeout(patience, connect=_CONNECT),
            )
            body = answer.json()
        except httpx.HTTPError as fault:
            raise ApiFault(None, f"{method}: {type(fault).__name__}") from fault
        except ValueError as fault:
            raise ApiFault(answer.status_code, f"{method}: no JSON in the answer") from fault
        if isinstance(body, dict) and body.get("ok"):
            return body.get("result")
        return _refused(answer.status_code, body)

    async def fetch_file(self, file_id: str) -> bytes:
        """The bytes of a file; its link ends after an hour, so fetch at once. Raises ApiFault."""
        found = await self.call("getFile", file_id=file_id)
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str):
            raise ApiFault(400, "getFile: no path")
        data = bytearray()
        try:
            async with self._http.stream("GET", f"{self._root}/file/bot{self._token}/{path}") as answer:
                if not answer.is_success:
                    raise ApiFault(answer.status_code, "the file's link did not work")
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > DOWNLOAD_BYTES:
                        raise ApiFault(400, "the file is too big")
        except httpx.HTTPError as fault:
            raise ApiFault(None, f"download: {type(fault).__name__}") from fault
        return bytes(data)

    async def reopen(self) -> None:
        """New connections for receiving, where the old ones may hang."""
        old, self._http = self._http, self._client()
        await old.aclose()

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()
        await self._http.aclose()

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(proxy=self._proxy, trust_env=self._trust_env, timeout=_READ)

    def _request(self) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=32,
            read_timeout=_READ,
            write_timeout=_READ,
            connect_timeout=_CONNECT,
            pool_timeout=5.0,
            proxy=self._proxy,
            httpx_kwargs={"trust_env": self._trust_env},
        )


def _refused(status: int, body: Any) -> Any:
    said = body if isinstance(body, dict) else {}
    parameters = said.get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    moved = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    code = said.get("error_code", status)
    raise ApiFault(
        code if isinstance(code, int) else status,
        str(said.get("description", "no reason given"))[:200],
        float(after) if isinstance(after, int | float) else None,
        moved if isinstance(moved, int) else None,
    )
