"""Where a resident's mood leads."""

import pytest

from bot.desk.service.summary import summarise
from bot.desk.talk.moods import Trend, trend_of
from bot.desk.talk.transcript import record_inbound
from bot.store.engine import Store
from bot.store.states import Role
from bot.store.tables import Conversation
from tests.support.cast import Cast
from tests.support.clock import HandClock


@pytest.mark.parametrize(
    ("levels", "trend"),
    [
        ([], Trend.CALM),
        ([0, 0, 0], Trend.CALM),
        ([1], Trend.STEADY),
        ([0, 1], Trend.RISING),
        ([0, 1, 2], Trend.RISING),
        ([1, 1, 1, 1], Trend.STEADY),
        ([2, 1, 0], Trend.SETTLING),
        ([2, 2, 0, 0], Trend.SETTLING),
        ([0, 0, 0, 0, 1, 2], Trend.RISING),
        ([2, 0, 0, 2], Trend.RISING),
    ],
)
def test_the_later_words_against_the_earlier(levels: list[int], trend: Trend) -> None:
    assert trend_of(levels) is trend


def test_only_what_she_wrote_and_what_was_read_counts(store: Store, cast: Cast, clock: HandClock) -> None:
    said = [
        ("电梯坏了", None, 0),
        ("还没来人", None, 1),
        ("喂", None, None),
        ("催一下", "/urge", 2),
        ("气死了", None, 2),
    ]
    with store.write() as session:
        for place, (text, payload, upset) in enumerate(said):
            recorded = record_inbound(
                session,
                conversation_id=cast.wang.conversation_id,
                channel_id=f"m{place}",
                text=text,
                payload=payload,
                now=clock(),
            )
            recorded.message.upset = upset
        session.flush()
        for person, trend in ((cast.wang, Trend.RISING), (cast.zhou, Trend.CALM)):
            conversation = session.get_one(Conversation, person.conversation_id)
            seen = summarise(
                session, conversation, seen_by=(Role.AGENT, cast.li.agent_id), with_secrets=False, now=clock()
            )
            assert seen.trend is trend
