"""The page of docs names every call and every code of refusal."""

import json
from pathlib import Path

from bot.messaging.channels.webchat import channel, faults

FOLDER = Path(faults.__file__).parent
DOCS = (Path(__file__).resolve().parents[3] / "docs/channels/webchat.md").read_text(encoding="utf-8")


def test_every_code_is_in_the_docs() -> None:
    codes = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))["errors"]
    assert [code for code in codes if f"`{code}`" not in DOCS] == []


def test_every_call_is_in_the_docs() -> None:
    paths = json.loads((FOLDER / "openapi.json").read_text(encoding="utf-8"))["paths"]
    assert [path for path in paths if path not in DOCS] == []


def test_the_limits_in_the_docs_are_the_channels() -> None:
    assert f"out {channel.LIMITS.max_length:,} characters" in DOCS
    assert f"{channel.LIMITS.buttons} under one message" in DOCS
