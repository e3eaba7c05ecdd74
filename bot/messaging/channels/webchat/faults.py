"""One shape for each refusal: {"error": {"code", "message", "mend"}}; the words are in words.json."""

import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.store.errors import NO_ROOM, StoreBusy, StoreError, StoreFull

log = logging.getLogger(__name__)

_WORDS = Path(__file__).with_name("words.json")


@cache
def page_words() -> dict[str, str]:
    """The words the page's script shows."""
    words: dict[str, str] = _words()["page"]
    return words


@cache
def _words() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return read


class ChatFault(Exception):
    """A refusal a resident can read: what happened, and what to do. `code` is a key of words.json."""

    def __init__(self, code: str, *, retry_after: int | None = None, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.fields = fields

    @property
    def status(self) -> int:
        return int(_words()["errors"][self.code]["status"])

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        words = _words()["errors"][self.code]
        return {
            "error": {
                "code": self.code,
                "message": words["message"].format(**self.fields),
                "mend": words["mend"].format(**self.fields),
            }
        }

    def response(self) -> Response:
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return JSONResponse(self.body(), status_code=self.status, headers=headers)


def fault_of(error: Exception) -> ChatFault:
    """The refusal that tells a resident about `error`; what nobody expected is "internal"."""
    if isinstance(error, ChatFault):
        return error
    if isinstance(error, StoreBusy):
        return ChatFault("store_busy", retry_after=2)
    if isinstance(error, StoreFull) or (isinstance(error, OSError) and error.errno in NO_ROOM):
        return ChatFault("store_full", retry_after=15)
    if isinstance(error, StoreError):
        return ChatFault("store_unreachable", retry_after=5)
    return ChatFault("internal")


async def answer_fault(request: Request, error: Exception) -> Response:
    """Exception handler for all that goes wrong under the web chat's routes."""
    if isinstance(error, HTTPException):
        return http_fault(error).response()
    fault = fault_of(error)
    if fault.code == "internal":
        log.error("webchat.fault", exc_info=error, extra={"path": request.url.path, "code": fault.code})
    elif fault.status >= 500:
        # Known, and no fault of the program: one line says what an operator must know.
        known = {"path": request.url.path, "code": fault.code, "error": str(error)}
        log.error("webchat.store_refused", extra=known)
    return fault.response()


def http_fault(error: HTTPException) -> ChatFault:
    """The refusal for a fault of Starlette's own (no such route, wrong method, unreadable body)."""
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    if error.status_code in codes:
        return ChatFault(codes[error.status_code])
    return ChatFault("internal" if error.status_code >= 500 else "bad_json")
