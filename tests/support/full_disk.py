"""A disk that takes nothing more: no file of this process may grow beyond some bytes (EFBIG)."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_room(beyond: int) -> Iterator[None]:
    """No file may be written past `beyond` bytes while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
