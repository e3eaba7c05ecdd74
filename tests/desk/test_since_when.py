"""A case keeps what her words of time mean, beside the words."""

from datetime import datetime

import pytest

from bot.store.engine import Store
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast
from tests.support.estates import sample_estate

ZONE = sample_estate().zone
WEDNESDAY = datetime(2026, 11, 25, 10, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("since", "begins"),
    [("昨晚十点到现在", "11-24 22:00"), ("上周三", "11-18 00:00"), ("三天了", "11-22 10:30")],
)
def test_since_when_is_kept_as_a_real_time(store: Store, cast: Cast, since: str, begins: str) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, WEDNESDAY, since=since))
        began = datetime.fromisoformat(case.details["began"]["begins"])
        assert (case.since, began.astimezone(ZONE).strftime("%m-%d %H:%M")) == (since, begins)


def test_what_comes_again_is_kept_as_such(store: Store, cast: Cast) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, WEDNESDAY, since="连续三个周六"))
        assert (case.details["began"]["repeats"], case.details["began"]["times"]) == ("saturday", 3)


@pytest.mark.parametrize("since", [None, "说不清", "当天"])
def test_words_nobody_can_place_stay_words(store: Store, cast: Cast, since: str | None) -> None:
    with store.write() as session:
        case = case_of(session, open_lift_case(session, cast.wang, WEDNESDAY, since=since))
        assert (case.since, "began" in case.details) == (since, False)
