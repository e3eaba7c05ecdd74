"""Rasa's own REST channel; the one difference is that it hands our actions the metadata they need."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.rest import RestInput
from sanic.request import Request


class RestWithMetadata(RestInput):
    @classmethod
    def name(cls) -> str:
        return "rest"

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        metadata: dict[str, Any] | None = request.json.get("metadata")
        return metadata
