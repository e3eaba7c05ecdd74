"""A notice is told once, to one agent or to all, and can be put aside."""

from bot.desk.people import notices
from bot.store.engine import Store
from tests.support.cast import Cast, Colleague
from tests.support.clock import HandClock


def _tells(store: Store, clock: HandClock, key: str, agent: Colleague | None = None) -> bool:
    with store.write() as session:
        return notices.give_notice(
            session,
            key=key,
            kind="promise_near",
            agent_id=agent.agent_id if agent else None,
            now=clock(),
        )


def _keys(store: Store, agent: Colleague, *, unseen_only: bool = True) -> list[str]:
    with store.read() as session:
        found = notices.notices_for(session, agent.agent_id, unseen_only=unseen_only)
        return [notice.key for notice in found]


def test_told_twice_it_is_there_once(store: Store, clock: HandClock, cast: Cast) -> None:
    assert [_tells(store, clock, "promise:1:warn") for _ in range(2)] == [True, False]
    assert _keys(store, cast.li) == ["promise:1:warn"]


def test_she_sees_hers_and_everyones_and_not_anothers(store: Store, clock: HandClock, cast: Cast) -> None:
    _tells(store, clock, "all")
    _tells(store, clock, "li", cast.li)
    _tells(store, clock, "chen", cast.chen)
    assert _keys(store, cast.li) == ["li", "all"]


def test_read_it_is_put_aside_and_another_cannot_read_it_for_her(
    store: Store, clock: HandClock, cast: Cast
) -> None:
    _tells(store, clock, "li", cast.li)
    with store.write() as session:
        notice = notices.notices_for(session, cast.li.agent_id)[0]
        assert not notices.see_notice(session, notice.id, agent_id=cast.chen.agent_id, now=clock())
        assert notices.see_notice(session, notice.id, agent_id=cast.li.agent_id, now=clock())
    assert _keys(store, cast.li) == []
    assert _keys(store, cast.li, unseen_only=False) == ["li"]
