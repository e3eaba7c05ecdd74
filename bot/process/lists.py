"""Reads the text of a list an operator names."""

from pathlib import Path

from bot.desk.people.households import decode_list
from bot.process.faults import OperatorError


def text_of(path: Path) -> str:
    """Return what the file holds. Raises OperatorError where it cannot be read."""
    try:
        return decode_list(path.read_bytes())
    except UnicodeDecodeError as fault:
        raise OperatorError(str(path), "is neither UTF-8 nor GB18030", "save it as CSV UTF-8") from fault
    except OSError as fault:
        raise OperatorError(str(path), fault.strerror or str(fault), "name a CSV file") from fault
