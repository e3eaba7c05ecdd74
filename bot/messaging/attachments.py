"""Pictures that come in: checked, turned upright, freed of what they say about their maker, kept by hash.

A photo of a phone carries the place where it was taken (EXIF); nobody at the desk needs that, so every
picture is drawn anew and only its pixels stay (R24). The bytes lie under `DATA/attachments/ab/abcd…`.
"""

import hashlib
import io
import os
import tempfile
import warnings
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.desk.talk.transcript import NewAttachment
from bot.store.errors import NO_ROOM, StoreFull, StoreUnreachable

MAX_BYTES: Final = 10 * 1024 * 1024
"""Largest picture taken in."""
MAX_SIDE: Final = 4096
"""Longest side kept, in pixels; larger ones are made smaller."""
_MAX_PIXELS: Final = {"JPEG": 110_000_000, "PNG": 26_000_000, "WEBP": 26_000_000, "GIF": 26_000_000}
"""JPEG can be decoded at a fraction of its size; the others unfold whole in memory."""
_KEPT_AS: Final = {"JPEG": ("JPEG", "image/jpeg"), "WEBP": ("WEBP", "image/webp")}
_PNG: Final = ("PNG", "image/png")


class NotAPicture(Exception):
    """The bytes are no picture we can show."""


class PictureTooLarge(Exception):
    """More bytes or pixels than we take in."""


class AttachmentStore:
    """Files of messages on disk, named by what they hold: the same picture twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in small hexadecimal letters")
        return self._folder / sha256[:2] / sha256

    def keep_picture(self, upload: BinaryIO, *, name: str = "") -> NewAttachment:
        """Check `upload`, draw it anew and keep it. Blocking: call it in a worker thread.

        Raises NotAPicture, PictureTooLarge, or StoreError when the disk refuses.
        """
        drawn, media_type = _drawn_anew(upload)
        buffer = io.BytesIO()
        form = next(form for form, kind in (*_KEPT_AS.values(), _PNG) if kind == media_type)
        drawn.save(buffer, format=form, **({"quality": 88} if form != "PNG" else {}))
        data = buffer.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        self._write(self.path(digest), data)
        return NewAttachment(media_type, len(data), digest, name, drawn.width, drawn.height)

    def keep_file(self, data: bytes) -> str:
        """Keep bytes as they are (a voice message, a document); returns their SHA-256. Blocking.

        Raises StoreError when the disk refuses.
        """
        digest = hashlib.sha256(data).hexdigest()
        self._write(self.path(digest), data)
        return digest

    def _write(self, path: Path, data: bytes) -> None:
        """Whole or not at all, and on the disk before a message says that it is there."""
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, half = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(half, path)
            except OSError:
                Path(half).unlink(missing_ok=True)
                raise
        except OSError as fault:
            if fault.errno in NO_ROOM:
                raise StoreFull(f"no room left for attachments: {fault.strerror}") from fault
            raise StoreUnreachable(f"attachments cannot be written: {fault}") from fault


def _drawn_anew(upload: BinaryIO) -> tuple[Image.Image, str]:
    """The upright picture without its metadata, and the media type it will be kept as."""
    size = upload.seek(0, os.SEEK_END)
    upload.seek(0)
    if size > MAX_BYTES:
        raise PictureTooLarge(f"{size} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(upload, formats=tuple(_MAX_PIXELS))
        kind = opened.format or ""
        if opened.width * opened.height > _MAX_PIXELS.get(kind, 0):
            raise PictureTooLarge(f"{opened.width} x {opened.height} pixels")
        opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
        name, media_type = _KEPT_AS.get(kind, _PNG)
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
        upright = upright.convert("RGB" if name == "JPEG" else "RGBA")
    except Image.DecompressionBombError as fault:
        raise PictureTooLarge(str(fault)) from fault
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as fault:
        raise NotAPicture(str(fault)) from fault
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)
    return fresh, media_type
