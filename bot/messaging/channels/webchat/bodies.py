"""Reading what a page sends: bounded in size, checked field by field, never trusted.

A body that is too large is read to its end and thrown away piece by piece: a browser that is refused in
the middle of its upload shows a network error, not our words.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from bot.messaging.attachments import MAX_BYTES
from bot.messaging.channels.webchat.faults import ChatFault
from bot.messaging.channels.webchat.parts import MAX_TEXT
from bot.messaging.inbox import is_blank

MAX_JSON: Final = 1024 * 1024
MAX_FORM: Final = MAX_BYTES + 512 * 1024
"""A picture, its text and the form around them."""
_DRAIN_BYTES: Final = 128 * 1024 * 1024
_DRAIN_SECONDS: Final = 30.0
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,80}")


@dataclass(frozen=True)
class SentMessage:
    """What the page sent; exactly one of text, button, photo is there, or text with a photo."""

    client_id: str
    text: str
    button: str | None = None
    photo: BinaryIO | None = None
    photo_name: str = ""


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of the body. Raises ChatFault."""
    if _media_type(request) != "application/json":
        raise ChatFault("unsupported_type")
    pieces = []
    async for piece in _bounded(request, MAX_JSON, "body_too_large"):
        pieces.append(piece)
    try:
        body = json.loads(b"".join(pieces).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as fault:
        raise ChatFault("bad_json") from fault
    if not isinstance(body, dict):
        raise ChatFault("bad_json")
    return body


@asynccontextmanager
async def read_message(request: Request) -> AsyncIterator[SentMessage]:
    """The message of a JSON body or a multipart form; its picture is open while the block runs."""
    if _media_type(request) != "multipart/form-data":
        yield _checked(await read_json(request), None)
        return
    form = await _read_form(request)
    try:
        photo = form.get("photo")
        fields = {name: value for name, value in form.items() if name != "photo"}
        if photo is not None and not isinstance(photo, UploadFile):
            raise ChatFault("not_a_picture")
        yield _checked(fields, photo)
    finally:
        await form.close()


def whole_number(value: object, field: str) -> int:
    """A number from 0 on, as JSON or as text. Raises ChatFault."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value
    raise ChatFault("bad_request", field=field)


def optional_text(value: object, field: str) -> str | None:
    """A text or nothing. Raises ChatFault for anything else."""
    if value is None or isinstance(value, str):
        return value
    raise ChatFault("bad_request", field=field)


def _checked(fields: dict[str, Any], photo: UploadFile | None) -> SentMessage:
    client_id = fields.get("client_id")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise ChatFault("bad_request", field="client_id")
    text = optional_text(fields.get("text"), "text") or ""
    button = optional_text(fields.get("button"), "button")
    if len(text) > MAX_TEXT:
        raise ChatFault("text_too_long", limit=MAX_TEXT)
    if button is not None:
        if photo is not None:
            raise ChatFault("bad_request", field="photo")
        return SentMessage(client_id, "", button=button)
    if is_blank(text) and photo is None:
        raise ChatFault("empty_message")
    if photo is None:
        return SentMessage(client_id, text)
    return SentMessage(client_id, text, photo=photo.file, photo_name=(photo.filename or "")[:200])


async def _read_form(request: Request) -> FormData:
    pieces = _bounded(request, MAX_FORM, "photo_too_large")

    async def receive() -> Message:
        async for piece in pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    bounded = Request(request.scope, receive)
    return await bounded.form(max_files=1, max_fields=4, max_part_size=MAX_JSON)


async def _bounded(request: Request, limit: int, code: str) -> AsyncIterator[bytes]:
    """The body's pieces up to `limit` bytes; what is larger is thrown away to its end and refused."""
    stream = request.stream()
    taken = 0
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) <= limit:
        async for piece in stream:
            taken += len(piece)
            if taken > limit:
                break
            yield piece
        else:
            return
    await _drain(stream)
    raise ChatFault(code, limit=MAX_BYTES // 1024 // 1024)


async def _drain(stream: AsyncIterator[bytes]) -> None:
    drained = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for piece in stream:
                drained += len(piece)
                if drained > _DRAIN_BYTES:
                    return
    except (TimeoutError, ClientDisconnect):
        return


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()
