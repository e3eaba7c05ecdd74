"""The web chat's HTTP interface from the other side: one resident's conversation with a running desk."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from bot.process.faults import OperatorError

RETRY_SECONDS = 0.3
"""Between two tries while the desk is away or busy: it is started again in a second or two."""


@dataclass(frozen=True)
class Refused(Exception):
    """The desk read what was sent and refused it: {"code", "message", "mend"}, in the resident's words."""

    error: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.error.get('message', '')}{self.error.get('mend', '')}"


@dataclass(frozen=True)
class Said:
    """What the resident says: a text, a pressed button's payload, or the path of a photo."""

    text: str | None = None
    button: str | None = None
    photo: Path | None = None


class ChatClient:
    """One conversation. What was sent is sent again under the same id while the desk is away."""

    def __init__(self, http: httpx.AsyncClient, *, wait: float) -> None:
        self._http = http
        self._wait = wait
        self._after = 0
        self._seen: set[int] = set()
        self.mode = "bot"

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, *, operator: str | None, resident: str | None, home: str | None, wait: float
    ) -> AsyncIterator[Self]:
        """A new conversation; `resident` and `home` (verified) need the operator's token."""
        async with httpx.AsyncClient(base_url=url, timeout=30.0, trust_env=False) as http:
            client = cls(http, wait=wait)
            if operator:
                http.headers["Authorization"] = f"Bearer {operator}"
            body = {name: value for name, value in (("resident", resident), ("home", home)) if value}
            session = await client._call("POST", "/chat/api/session", body=body)
            http.headers["Authorization"] = f"Bearer {session['token']}"
            yield client

    async def send(self, said: Said) -> None:
        """Send it; when this returns the desk has stored it. Raises Refused."""
        client_id = uuid.uuid4().hex
        if said.photo is not None:
            await self._send_photo(said, said.photo, client_id)
            return
        body = {"client_id": client_id, "text": said.text, "button": said.button}
        await self._call("POST", "/chat/api/messages", body=body)

    async def news(self) -> list[dict[str, Any]]:
        """Messages to the resident that were not returned before, in order."""
        fresh: list[dict[str, Any]] = []
        while True:
            page = await self._call("GET", f"/chat/api/messages?after={self._after}")
            self.mode, self._after = page["mode"], page["next"]
            if not page["messages"]:
                return fresh
            for message in page["messages"]:
                if message["from"] != "resident" and message["id"] not in self._seen:
                    self._seen.add(message["id"])
                    fresh.append(message)

    async def turns(self, after: int) -> dict[str, Any]:
        """The turns after the Nth and whether the desk is idle; only for a session of the operator's."""
        return await self._call("GET", f"/chat/api/turns?after={after}")

    async def saw(self, message: dict[str, Any]) -> None:
        """Tell the desk that everything up to this message was read."""
        await self._call("POST", "/chat/api/read", body={"seq": message["seq"]})

    async def _send_photo(self, said: Said, path: Path, client_id: str) -> None:
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as fault:
            message = f"{path}: {fault.strerror or fault}"
            raise Refused({"code": "photo_unreadable", "message": message, "mend": ""}) from fault
        fields = {"client_id": client_id, **({"text": said.text} if said.text else {})}
        await self._call("POST", "/chat/api/messages", data=fields, files={"photo": (path.name, content)})

    async def _call(
        self, method: str, path: str, *, body: dict[str, Any] | None = None, **form: Any
    ) -> dict[str, Any]:
        """Call until the desk answers; a call is safe to repeat (same client_id)."""
        if body is not None:
            # ASCII, so that a broken surrogate travels as it was typed.
            form = {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        until = time.monotonic() + self._wait
        while True:
            try:
                answer = await self._http.request(method, path, **form)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                    return _read(answer)
            except httpx.TransportError as fault:
                if time.monotonic() > until:
                    raise OperatorError(
                        f"desk {self._http.base_url}",
                        f"does not answer ({type(fault).__name__})",
                        "start it with ./guanjia up, or name another one with --url",
                    ) from fault
            await asyncio.sleep(RETRY_SECONDS)


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == httpx.codes.NO_CONTENT:
        return {}
    try:
        content = answer.json()
    except ValueError:
        content = {}
    if answer.is_success and isinstance(content, dict):
        return content
    error = content.get("error") if isinstance(content, dict) else None
    raise Refused(error or {"code": str(answer.status_code), "message": answer.reason_phrase, "mend": ""})
