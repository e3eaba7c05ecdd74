"""The homes of the estate 房屋 imported from a list, line by line; finding one is `homes.py`."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.language.rooms import HomeMention, find_homes
from bot.store.tables import Household

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "building": ("楼栋", "楼号", "栋"),
    "unit": ("单元",),
    "room": ("房号", "房间", "室"),
    "floor_area": ("建筑面积", "面积"),
}
"""The columns of the list and what else they may be called; unit and floor_area may be empty."""
LARGEST_HOME = Decimal(100_000)


@dataclass(frozen=True)
class RowProblem:
    """A line of the list that was left out, and how to mend it."""

    line: int
    field: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason}; {self.mend}"


@dataclass(frozen=True)
class Imported:
    """What an import did; `problems` are the lines it left out."""

    added: int
    changed: int
    unchanged: int
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class _Home:
    building: str
    unit: str
    room: str
    floor_area: Decimal | None

    @property
    def key(self) -> str:
        return "-".join(part for part in (self.building, self.unit, self.room) if part)


def decode_list(content: bytes) -> str:
    """The text of a list as spreadsheets here save it: UTF-8 (with or without BOM) or GB18030.

    Raises UnicodeDecodeError when it is neither.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def read_list(
    text: str, columns: Mapping[str, tuple[str, ...]] = COLUMNS
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV list with their line numbers; `columns`: what a column may also be called."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {other: name for name, others in columns.items() for other in (name, *others)}
    rows = []
    for row in reader:
        filled = {names.get(str(title).strip(), str(title)): str(value or "") for title, value in row.items()}
        rows.append((reader.line_num, filled))
    return rows


def import_households(
    session: Session, rows: Iterable[tuple[int, Mapping[str, str]]], *, by: str, now: datetime
) -> Imported:
    """Add the homes of a list and correct their floor areas; the same list again changes nothing.

    A bad row is left out and reported; homes that are not in the list stay.
    """
    known = {home.key: home for home in session.scalars(select(Household))}
    seen: dict[str, int] = {}
    problems: list[RowProblem] = []
    added = changed = unchanged = 0
    for line, row in rows:
        home = _read_row(line, row)
        if isinstance(home, RowProblem):
            problems.append(home)
        elif home.key in seen:
            problems.append(_twice(line, home.key, seen[home.key]))
        else:
            seen[home.key] = line
            new, different = _keep(session, known.get(home.key), home)
            added, changed, unchanged = added + new, changed + different, unchanged + (not new | different)
    session.flush()
    if added or changed:
        audit.note(
            session, by=by, what="import_households", subject=f"added:{added} changed:{changed}", now=now
        )
    return Imported(added, changed, unchanged, tuple(problems))


def _keep(session: Session, kept: Household | None, home: _Home) -> tuple[bool, bool]:
    """(new, different)."""
    if kept is None:
        session.add(
            Household(
                key=home.key,
                building=home.building,
                unit=home.unit,
                room=home.room,
                floor_area=home.floor_area,
            )
        )
        return True, False
    if home.floor_area is None or kept.floor_area == home.floor_area:
        return False, False
    kept.floor_area = home.floor_area
    return False, True


def home_of_row(line: int, row: Mapping[str, str]) -> HomeMention | RowProblem:
    """The home that a line's building, unit and room name, or what is wrong with them."""
    for field in ("building", "room"):
        if not row.get(field, "").strip():
            mend = f"fill the column {field} ({', '.join(COLUMNS[field])})"
            return RowProblem(line, field, "is missing or empty", mend)
    mention = _mention(row)
    if mention is None:
        said = "-".join(row.get(field, "").strip() for field in ("building", "unit", "room"))
        return RowProblem(
            line, "building, unit, room", f"{said!r} is no home", "write for instance 3, 2, 1201"
        )
    return mention


def _read_row(line: int, row: Mapping[str, str]) -> _Home | RowProblem:
    mention = home_of_row(line, row)
    if isinstance(mention, RowProblem):
        return mention
    area = _area(row.get("floor_area", ""))
    if isinstance(area, str):
        return RowProblem(line, "floor_area", area, "write square metres as a number, for instance 89.50")
    return _Home(mention.building, mention.unit or "", mention.room, area)


def _mention(row: Mapping[str, str]) -> HomeMention | None:
    """Read the parts the way residents' own writing is read, so that both give the same key."""
    building, unit, room = (
        row.get(field, "").strip().rstrip("栋幢座室房号楼#单元") for field in ("building", "unit", "room")
    )
    written = f"{building}栋{unit}单元{room}室" if unit else f"{building}栋{room}室"
    found = find_homes(written)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(written))
    return found[0] if whole and bool(found[0].unit) == bool(unit) else None


def _area(text: str) -> Decimal | str | None:
    """Square metres, what is wrong with it as text, or None for an empty cell."""
    plain = text.strip().removesuffix("㎡").removesuffix("平方米").strip()
    if not plain:
        return None
    try:
        area = Decimal(plain)
    except InvalidOperation:
        return f"{text!r} is no number"
    if not area.is_finite() or not 0 < area < LARGEST_HOME:
        return f"{text!r} is no size of a home"
    return area.quantize(Decimal("0.01"))


def _twice(line: int, key: str, first: int) -> RowProblem:
    return RowProblem(
        line, "building, unit, room", f"{key} is already in line {first}", "keep one of the two"
    )
