"""What somebody who waits is told: only what was measured, and honest hours."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.estate.model import Estate
from bot.desk.estate.service_part import ServiceSettings, Shift
from bot.desk.service.presence import Standing, There
from bot.desk.service.prospects import Recent, expected_minutes
from bot.desk.service.roster import is_attended, next_attended, on_roster
from bot.store.states import Role
from tests.support.estates import sample_estate

MINUTES = tuple(timedelta(minutes=one) for one in (1, 2, 2, 3, 9))


def li(open_chats: int = 0) -> Standing:
    return Standing(1, "小李", Role.AGENT, There.ONLINE, open_chats, 2, frozenset(), None)


def test_the_usual_wait_while_somebody_has_room() -> None:
    assert expected_minutes(0, [li()], Recent(MINUTES)) == 2


def test_behind_others_it_is_the_time_until_a_place_is_free() -> None:
    recent = Recent(MINUTES, tuple(timedelta(minutes=10) for _ in range(5)))
    assert expected_minutes(2, [li(open_chats=1)], recent) == 15  # 2 + 10 min / 2 places * 2 more in front
    assert expected_minutes(30, [li(open_chats=2)], recent) is None  # longer than anybody can say


def test_nothing_is_said_that_was_not_measured() -> None:
    assert expected_minutes(0, [li()], Recent(MINUTES[:4])) is None
    assert expected_minutes(5, [li(open_chats=2)], Recent(MINUTES)) is None


ROSTER = (
    Shift(name="李雯", hours=((8 * 60 + 30, 12 * 60), (13 * 60 + 30, 18 * 60))),
    Shift(name="赵敏", days=("sat", "sun", "holiday"), hours=((9 * 60, 12 * 60),)),
)


@pytest.fixture
def estate() -> Estate:
    service = ServiceSettings(roster=ROSTER)
    return sample_estate().model_copy(update={"service": service})


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-11-25T09:00", ["李雯"]),  # Wednesday
        ("2026-11-25T12:30", []),  # between two periods
        ("2026-11-28T10:00", ["赵敏"]),  # Saturday
        ("2026-10-10T10:00", ["李雯"]),  # a Saturday that works 调休
        ("2026-10-01T10:00", ["赵敏"]),  # a Thursday, National Day
    ],
)
def test_the_roster_knows_periods_holidays_and_makeup_days(
    estate: Estate, moment: str, who: list[str]
) -> None:
    assert [one.name for one in on_roster(estate, at(moment))] == who
    assert is_attended(estate, at(moment)) == bool(who)


def test_when_somebody_comes_next(estate: Estate) -> None:
    assert next_attended(estate, at("2026-11-25T12:30")) == at("2026-11-25T13:30").astimezone(UTC)
    assert next_attended(estate, at("2026-11-27T20:00")) == at("2026-11-28T09:00").astimezone(UTC)
    assert next_attended(sample_estate(), at("2026-11-25T12:30")) == at("2026-11-25T13:30").astimezone(UTC)
