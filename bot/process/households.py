"""Reads a list of homes from a CSV file into the store, and tells about each line that was left out."""

from datetime import UTC, datetime
from pathlib import Path

from bot.desk.people.households import Imported, import_households, read_list
from bot.process.faults import OperatorError
from bot.process.lists import text_of
from bot.store.actors import OPERATOR
from bot.store.engine import Store


def import_file(store: Store, path: Path) -> Imported:
    """Add and correct the homes of the file, in one transaction. Raises OperatorError if it is unreadable."""
    rows = read_list(text_of(path))
    if not rows:
        raise OperatorError(
            str(path), "holds no rows", "write a line building,unit,room,floor_area and the homes under it"
        )
    with store.write() as session:
        return import_households(session, rows, by=OPERATOR, now=datetime.now(UTC))
