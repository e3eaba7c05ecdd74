"""The webhook: each page as a signed JSON document to an address of the estate's own."""

import hashlib
import hmac
import json
import time
from typing import Any, Final

import httpx

from bot.desk.paging import WEBHOOK, ClaimedPage
from bot.messaging.paging.base import PageFault
from bot.messaging.paging.wording import PageWording

SIGNATURE: Final = "X-Guanjia-Signature"
TIMESTAMP: Final = "X-Guanjia-Timestamp"
PATIENCE: Final = 10.0


class WebhookDevice:
    """POST, JSON; any 2xx answer takes the page. Signed with HMAC-SHA256 over "<timestamp>.<body>"."""

    name = WEBHOOK

    def __init__(self, url: str, *, secret: str | None, wording: PageWording, desk_url: str | None) -> None:
        self._url = url
        self._secret = secret
        self._wording = wording
        self._desk_url = desk_url
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=False)

    async def send(self, page: ClaimedPage) -> None:
        await self.post(self._document(page))

    async def post(self, document: dict[str, Any]) -> None:
        """Post any document, signed. Raises PageFault."""
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._secret is not None:
            at = str(int(time.time()))
            headers |= {TIMESTAMP: at, SIGNATURE: f"sha256={signature(self._secret, at, body)}"}
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as fault:
            raise PageFault(f"{type(fault).__name__}: {fault}") from fault
        if not answer.is_success:
            refused = 400 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429)
            raise PageFault(f"the webhook answered {answer.status_code}", permanent=refused)

    async def close(self) -> None:
        await self._http.aclose()

    def _document(self, page: ClaimedPage) -> dict[str, Any]:
        return {
            "event": "emergency.page",
            "page": page.page_id,
            "alarm": page.alarm_id,
            "number": page.number,
            "kind": page.kind,
            "confirmed": page.confirmed,
            "place": page.place,
            "role": page.role,
            "name": page.name,
            "raised_at": page.raised_at.isoformat(),
            "text": self._wording.text(page),
            "url": self._desk_url,
        }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex digest that a receiver compares (docs/paging.md shows how)."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
