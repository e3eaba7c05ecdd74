"""Reads the finance office's list of bills from a CSV file into the store (docs/fees.md)."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.desk.fees.importing import ImportedBills, import_bills
from bot.desk.fees.listing import COLUMNS
from bot.desk.people.households import read_list
from bot.process.faults import OperatorError
from bot.process.lists import text_of
from bot.store.actors import OPERATOR
from bot.store.engine import Store


def import_bills_file(store: Store, path: Path, *, zone: ZoneInfo) -> ImportedBills:
    """Add and correct the bills of the file, in one transaction. Raises OperatorError if it is unreadable."""
    rows = read_list(text_of(path), COLUMNS)
    if not rows:
        raise OperatorError(
            str(path), "holds no rows", f"write a line {','.join(COLUMNS)} and the bills under it"
        )
    now = datetime.now(UTC)
    with store.write() as session:
        return import_bills(session, rows, by=OPERATOR, now=now, today=now.astimezone(zone).date())
