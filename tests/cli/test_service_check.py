"""What `doctor` says about the page of the people who serve chats."""

from pathlib import Path

from bot.desk.estate.service_part import ServiceSettings, Shift
from bot.process.service_check import names_at_desk, public_lines, roster_lines
from bot.store.engine import Store
from tests.support.cast import Cast
from tests.support.estates import sample_estate


def test_without_a_public_https_address_notifications_are_named_as_missing() -> None:
    ((level, what, found, mend),) = public_lines(None)
    assert (level, what) == ("hint", "desk page")
    assert "notifications" in found
    assert "GUANJIA_PUBLIC_URL" in mend


def test_a_proxy_that_does_not_answer_is_a_fault() -> None:
    ((level, _, found, mend),) = public_lines("https://127.0.0.1:9")
    assert level == "fault"
    assert "does not answer" in found
    assert "certificate" in mend


def test_a_roster_names_people_of_the_desk(store: Store, store_url: str, cast: Cast, tmp_path: Path) -> None:
    shifts = tuple(Shift(name=name, hours=((540, 720),)) for name in ("小李", "小王"))
    estate = sample_estate().model_copy(update={"service": ServiceSettings(roster=shifts)})
    lines = list(roster_lines(estate, names_at_desk(store_url)))
    assert next(line for line in lines if line[1] == "roster")[2] == "nobody at the desk is called 小王"
    assert next(line for line in lines if line[1] == "unread chats")[0] == "hint"
    assert names_at_desk(f"sqlite:///{tmp_path}/nothing.db") == ()
