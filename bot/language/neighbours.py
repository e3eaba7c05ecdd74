"""Whom a complaint points at (楼上1301, 3301在装修, 对门): a home by number, or by the way from hers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.normalise import normalise
from bot.language.numerals import NUMERAL, digits

_SIDE = r"(?:(?:我家|我)?(?P<side>正?楼上|楼下|隔壁|对门|对面|顶楼|隔篱|顶上))"
_ROOM = (
    rf"(?P<room>(?:[0-9]{{3,4}}|[{NUMERAL[1:-1]}]{{3,4}}))(?!{NUMERAL})"
    r"(?!\s*(?:元|块|人|天(?!天)|年|月|万|平|方|米|度|分|点|次|个|吨|斤|只|条|辆|台|%))"
)
_ROOM_END = r"(?:\s*(?:室|房|户|号(?!楼|线|院|门|车)))?"
_SIDE_AND_ROOM = re.compile(rf"{_SIDE}(?:的|那户|那家|住户|邻居|就是|是|,|\s)*(?:{_ROOM}{_ROOM_END})?")
_ROOM_ALONE = re.compile(
    rf"(?<![0-9a-z.:/-])(?<!{NUMERAL}){_ROOM}(?:\s*(?:室|房|户|号(?!楼|线|院|门|车))|(?=\s*(?:在|家|的|又|天天|每|那|这|住|一直|总|半夜|晚上|装修|邻居|养)))"
)


@dataclass(frozen=True)
class Neighbour:
    """Somebody's home at text[start:end]: `side` as she says it ("楼上"), `room` in digits, or None."""

    side: str | None
    room: str | None
    start: int
    end: int


def find_neighbour(text: str) -> Neighbour | None:
    """Return the home a complaint points at; one with a room number before one without.

    A home with its building ("3栋2单元1301") is not looked for here (`rooms.find_homes`).
    """
    plain = normalise(text)
    sides = [_of(match) for match in _SIDE_AND_ROOM.finditer(plain)]
    with_room = next((one for one in sides if one.room), None)
    if with_room:
        return with_room
    alone = _ROOM_ALONE.search(plain)
    if alone and digits(alone["room"]):
        side = sides[0].side if sides else None
        return Neighbour(side, digits(alone["room"]), *alone.span())
    return sides[0] if sides else None


def _of(match: re.Match[str]) -> Neighbour:
    room = digits(match["room"]) if match["room"] else None
    end = match.end() if room else match.end("side")
    return Neighbour(match["side"], room, match.start("side"), end)
