"""What may go wrong with the store, told apart by what can be done about it."""

import errno
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError


class StoreError(Exception):
    """The store refused; nothing of the transaction was kept."""


class StoreBusy(StoreError):
    """Another writer holds the database; passing: try the whole transaction again in a moment."""


class StoreFull(StoreError):
    """The disk is full; nothing can be stored until an operator makes room."""


class StoreUnreachable(StoreError):
    """The database cannot be opened or does not answer; the address or the server needs a look."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of the program; start that version, or restore a backup."""


NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of a disk, a quota or a file that can take no more."""

# PostgreSQL's codes: lock_not_available, deadlock_detected, serialization_failure.
_BUSY_CODES = {"55P03", "40P01", "40001"}
_FULL_CODES = {"53100"}


def typed(error: DBAPIError) -> StoreError | None:
    """The store's own error for a driver's one; None when it is a fault of the program."""
    said = str(error.orig).lower()
    code = getattr(error.orig, "sqlstate", None)
    if code in _BUSY_CODES or "database is locked" in said or "database table is locked" in said:
        return StoreBusy(f"another writer holds the database: {error.orig}")
    if code in _FULL_CODES or "disk is full" in said:
        return StoreFull(f"no room left for the database: {error.orig}")
    if error.connection_invalidated or (isinstance(error, OperationalError) and _lost(said, code)):
        return StoreUnreachable(f"the database does not answer: {error.orig}")
    return None


def _lost(said: str, code: str | None) -> bool:
    if code is not None:
        return code.startswith(("08", "57P"))
    signs = ("unable to open", "connection", "readonly database", "disk i/o error", "could not")
    return any(sign in said for sign in signs)
