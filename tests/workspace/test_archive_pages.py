"""How a chat ended: the reason, the archive, the supervisor's look."""

import re

import pytest
from sqlalchemy import select

from bot.desk.talk.transcript import record_inbound
from bot.store.engine import Store
from bot.store.service_tables import ChatEnding
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.workspace.browser import Browser


@pytest.fixture
def ended(li: Browser, store: Store, cast: Cast, clock: HandClock) -> int:
    """小李 served 王阿姨 about her lift and handed back."""
    url = f"/desk/chats/{cast.wang.conversation_id}"
    li.post(f"{url}/take-over")
    clock.turn(minutes=1)
    with store.write() as session:
        record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id="w",
            text="电梯门夹人",
            now=clock(),
        )
    clock.turn(minutes=4)
    assert li.post(f"{url}/hand-back", reason="case", note="李工明早到").status_code == 303
    with store.read() as session:
        return session.scalars(select(ChatEnding.id)).one()


def test_the_archive_finds_by_words_name_home_reason_and_day(li: Browser, ended: int, cast: Cast) -> None:
    for query in (
        "words=夹人",
        "words=王阿姨",
        "words=3-2-1201",
        "words=李工",
        "reason=case",
        "day=2026-11-25",
    ):
        page = li.get(f"/desk/archive?{query}").text
        assert "已转工单跟进" in page.split("phrase-list")[-1], query
    for query in (
        "words=漏水",
        "reason=solved",
        "day=2026-11-24",
        f"agent={cast.chen.agent_id}",
        "words=%25",
    ):
        assert "没有找到" in li.get(f"/desk/archive?{query}").text, query


def test_an_unknown_reason_is_refused(li: Browser, cast: Cast) -> None:
    url = f"/desk/chats/{cast.wang.conversation_id}"
    li.post(f"{url}/take-over")
    assert li.post(f"{url}/hand-back", reason="tired").status_code == 422


def test_a_supervisor_scores_a_chat_and_the_colleague_hears_of_it(
    li: Browser, chen: Browser, ended: int
) -> None:
    page = chen.get("/desk/quality").text
    assert re.search(rf'action="/desk/quality/{ended}"', page)
    assert chen.post(f"/desk/quality/{ended}", score="9").status_code == 422
    assert chen.post(f"/desk/quality/{ended}", score="4", comment="给出了准确时间").status_code == 303
    after = chen.get("/desk/quality").text
    assert "没有待抽检的会话" in after
    assert "4.0" in after
    assert "主管对您的一次接待做了质检" in li.get("/desk/notices").text
    assert "给出了准确时间" in li.get("/desk/archive").text


def test_agents_have_no_quality_view(li: Browser, ended: int) -> None:
    assert li.get("/desk/quality").status_code == 404
    assert li.post(f"/desk/quality/{ended}", score="5").status_code == 404
