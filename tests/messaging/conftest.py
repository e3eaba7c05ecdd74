"""Async tests of this folder run on asyncio, as the desk does."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
