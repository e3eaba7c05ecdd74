"""rasa-sdk without its web server: the desk runs its executor behind a route of its own (actions_app.py)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without_sanic() -> Iterator[None]:
    """Import rasa-sdk inside: it needs Sanic for nothing but one annotation, and that is 13 MB and 0.1 s."""
    if "sanic" in sys.modules:
        yield
        return
    named = ModuleType("sanic")
    named.Sanic = type("Sanic", (), {})  # type: ignore[attr-defined]
    sys.modules["sanic"] = named
    try:
        yield
    finally:
        del sys.modules["sanic"]
