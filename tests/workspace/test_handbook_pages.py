"""The handbook's pages: who may, what is listed, what is published, what is undone."""

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.desk.estate.errors import EstateProblem
from bot.desk.handbook.publishing import published_entries
from bot.desk.handbook.unanswered import note_unanswered
from bot.store.engine import Store
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.support.cast import PASSWORD, Cast, Colleague
from tests.support.clock import HandClock
from tests.support.handbooks import sample_handbook
from tests.workspace.browser import Browser
from tests.workspace.conftest import OpenBrowser

FILLED: dict[str, Any] = {
    "topic": "parking",
    "title": "车库洗车",
    "answer": "车库里不洗车，以免积水；西门外有自助洗车点。",
    "source_kind_0": "rule",
    "source_title_0": "停车管理办法",
    "source_article_0": "第十二条",
    "source_date_0": "2026-01-01",
    "asks": "车库里可以洗车吗\n哪里能洗车",
}


@pytest.fixture
def asked(store: Store, cast: Cast, clock: HandClock) -> int:
    """A question nobody could answer."""
    with store.write() as session:
        return note_unanswered(
            session,
            conversation_id=cast.wang.conversation_id,
            text="车库里可以洗车吗",
            nearest=["parking_rules"],
            now=clock(),
        ).id


@pytest.fixture
def parts(parts: Parts) -> Parts:
    return replace(
        parts,
        handbook=sample_handbook,
        handbook_problems=lambda: (EstateProblem("own.yml: x.answer", "is missing", "add it"),),
    )


def test_only_supervisors_see_it(
    li: Browser, open_browser: OpenBrowser, repairer: Colleague, asked: int
) -> None:
    assert li.get("/desk/handbook").status_code == 404
    assert li.post("/desk/handbook/publish", **FILLED).status_code == 404
    assert "/desk/handbook" not in li.get("/desk/cases").text
    him = open_browser().sign_in(repairer.login, PASSWORD)
    assert him.get("/desk/handbook/write").status_code == 404


def test_the_unanswered_are_listed_and_mistakes_of_the_files_are_said(chen: Browser, asked: int) -> None:
    page = chen.get("/desk/handbook").text
    assert "车库里可以洗车吗" in page
    assert "1 位住户问过" in page
    assert "own.yml: x.answer: is missing; add it" in page
    assert f"/desk/handbook/write?question={asked}" in page


def test_an_answer_is_written_published_and_taken_back(chen: Browser, store: Store, asked: int) -> None:
    form = chen.get(f"/desk/handbook/write?question={asked}").text
    assert ">车库里可以洗车吗</textarea>" in form
    assert "停车与行车规定" in form  # the entry that came nearest
    assert chen.post("/desk/handbook/publish", question=str(asked), **FILLED).status_code == 303
    with store.read() as session:
        (entry,) = published_entries(session)
    assert (entry.title, entry.asks) == ("车库洗车", ("车库里可以洗车吗", "哪里能洗车"))
    page = chen.get("/desk/handbook").text
    assert "没有待回答的问题" in page
    undo = re.search(r'action="(/desk/handbook/\d+/undo)"', page)
    assert undo
    assert chen.post(undo[1]).status_code == 303
    with store.read() as session:
        assert published_entries(session) == []
    assert chen.post(undo[1]).status_code == 404
    assert "已撤回" in chen.get("/desk/handbook").text


def test_what_is_missing_is_marked_and_what_she_wrote_stays(chen: Browser, store: Store) -> None:
    answer = chen.post("/desk/handbook/publish", **{**FILLED, "source_kind_0": "law", "source_article_0": ""})
    assert answer.status_code == 422
    assert "法律法规还要写条款" in answer.text
    assert "西门外有自助洗车点" in answer.text
    with store.read() as session:
        assert published_entries(session) == []


def test_changing_an_entry_keeps_its_schedule(chen: Browser, store: Store) -> None:
    form = chen.get("/desk/handbook/write?entry=renovation_hours").text
    assert "装修施工时间" in form
    filled = {**FILLED, "key": "renovation_hours", "title": "装修时间"}
    assert chen.post("/desk/handbook/publish", **filled).status_code == 303
    with store.read() as session:
        (entry,) = published_entries(session)
    assert entry.computed == "schedule"
    assert entry.schedule == sample_handbook().entries["renovation_hours"].schedule


def test_a_question_can_be_set_aside_once(chen: Browser, asked: int) -> None:
    assert chen.post("/desk/handbook/aside", question=str(asked)).status_code == 303
    assert chen.post("/desk/handbook/aside", question=str(asked)).status_code == 404
    assert chen.get(f"/desk/handbook/write?question={asked}").status_code == 404


def test_entries_are_found_by_their_words(chen: Browser) -> None:
    page = chen.get("/desk/handbook?words=防盗网").text
    assert "封阳台、防盗网、外立面" in page
    assert "游泳池" not in page


def test_without_a_handbook_the_page_is_empty_and_says_so(parts: Parts, cast: Cast) -> None:
    bare = Browser(Starlette(routes=routes(replace(parts, handbook=lambda: type(sample_handbook())({})))))
    page = bare.sign_in(cast.chen.login, PASSWORD).get("/desk/handbook").text
    assert "没有待回答的问题" in page
    bare.close()
