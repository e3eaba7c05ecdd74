"""Who is served next, as the store has it."""

from bot.desk.service.queue import read_queue
from tests.support.cast import Cast
from tests.support.desk_at_work import DeskAtWork
from tests.support.estates import sample_estate


def _order(desk: DeskAtWork) -> list[int]:
    with desk.store.read() as session:
        return [one.conversation_id for one in read_queue(session, estate=sample_estate(), now=desk.clock())]


def test_who_threatened_is_before_who_only_asked_a_little_earlier(desk: DeskAtWork, cast: Cast) -> None:
    desk.asks_for_person(cast.zhou)
    desk.clock.turn(minutes=2)
    desk.asks_for_person(cast.wang, "threat")
    assert _order(desk) == [cast.wang.conversation_id, cast.zhou.conversation_id]


def test_nobody_waits_for_ever_behind_those_who_threaten(desk: DeskAtWork, cast: Cast) -> None:
    desk.asks_for_person(cast.zhou)
    desk.clock.turn(hours=2)
    desk.asks_for_person(cast.wang, "threat")
    assert _order(desk) == [cast.zhou.conversation_id, cast.wang.conversation_id]
