"""What can go wrong between a bot and Telegram, on demand."""

from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """The Bot API says no: `{"ok": false, "error_code", "description", "parameters"}`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


@dataclass
class Fault:
    """What the next calls meet. `times` None: until it is mended.

    kinds: `error` (refused with `code`, nothing done) · `error_after` (the work is done, then `code`) ·
    `lost_answer` (the work is done, the connection cut) · `cut` (the connection cut, nothing done) ·
    `slow` (the work is done, the answer waits until mended) · `garbled` (no JSON, as a proxy answers).
    """

    kind: str
    code: int = 500
    method: str = ""
    """Only this method; "" for all."""
    chat_id: int | None = None
    """Only calls for this chat."""
    retry_after: int | None = None
    times: int | None = 1

    def meets(self, method: str, chat_id: int | None) -> bool:
        if self.times == 0 or (self.method and self.method.lower() != method.lower()):
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def error(self) -> ApiError:
        if self.code == 429:
            after = self.retry_after or 1
            return ApiError(429, f"Too Many Requests: retry after {after}", retry_after=after)
        return ApiError(self.code, _SAID.get(self.code, "Internal Server Error"))


_SAID = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    502: "Bad Gateway",
}
