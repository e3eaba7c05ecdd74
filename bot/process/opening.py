"""Opens what a command works on, and says in the operator's words why it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.desk.estate.model import Estate, EstateError, parse_estate
from bot.process.faults import OperatorError
from bot.settings import Settings, read_estate
from bot.store.engine import Store
from bot.store.errors import StoreBusy, StoreError, StoreFull, StoreTooNew
from bot.store.migrate import upgrade

MENDS: dict[type[StoreError], str] = {
    StoreBusy: "wait a moment and try again, or end the program that holds it",
    StoreFull: "make room and try again; nothing was changed",
    StoreTooNew: "use that version",
}


def open_estate(settings: Settings) -> Estate:
    """The estate, checked. Raises OperatorError with a line for each mistake."""
    try:
        return parse_estate(read_estate(settings.estate_path))
    except EstateError as fault:
        path = settings.estate_path
        raise OperatorError.of(f"{path}: {problem}" for problem in fault.problems) from fault


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store, brought to the newest schema first; closed at the end of the block."""
    with store_faults(settings):
        upgrade(settings.database_url)
        store = Store.at(settings.database_url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def store_faults(settings: Settings) -> Iterator[None]:
    """The store's errors as an operator's ones: the database, the reason, the mend."""
    try:
        yield
    except StoreError as fault:
        mend = MENDS.get(type(fault), "look at the address and the server (./guanjia doctor)")
        raise OperatorError(f"database {database_name(settings)}", str(fault), mend) from fault
    except DBAPIError as fault:  # not a database, damaged, no rights
        raise OperatorError(
            f"database {database_name(settings)}",
            str(fault.orig),
            "look at the file or the server, or restore a backup (./guanjia restore)",
        ) from fault


def database_name(settings: Settings) -> str:
    """The database's address without its password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)
