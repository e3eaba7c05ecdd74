"""Two lists of questions put to the running house: how many are answered, and how many rightly.

held.yml was read in no tuning, questions.yml was. The figures are printed and stand in docs/handbook.md; the
bounds leave room for changed training data.
"""

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.desk.handbook.finding import ANSWER, ANSWER_BESIDE, Answered, NotKnown, Unsure, find
from bot.desk.handbook.publishing import Published, publish, take_back
from bot.desk.handbook.unanswered import open_groups
from bot.desk.wording.speaking import speaker
from tests.conversations.house import House
from tests.conversations.resident import ChatResident
from tests.support.cast import Cast

LISTS: dict[str, list[dict[str, Any]]] = {
    name: yaml.safe_load(
        (Path(__file__).parent.parent / "handbook" / f"{name}.yml").read_text(encoding="utf-8")
    )
    for name in ("held", "questions")
}
TODAY = date(2026, 11, 25)
LOOKED_UP = {"inquiry": ANSWER, "out_of_scope": ANSWER_BESIDE, "chitchat": ANSWER_BESIDE}
"""Intents under which the handbook is asked, and how sure it must be."""


Outcomes = list[tuple[dict[str, Any], str]]


@pytest.fixture(scope="module", params=LISTS)
def outcomes(running: tuple[House, object], request: pytest.FixtureRequest) -> Outcomes:
    """Each question with what became of it: right, wrong, offered, offered_without, not_known, elsewhere."""
    house, questions = running[0], LISTS[request.param]
    answered = httpx.post(
        f"{house.settings.rasa_url}/webhooks/desk/parse",
        json={"texts": [one["ask"] for one in questions]},
        headers={"Authorization": f"Bearer {house.settings.rasa_secret}"},
        timeout=120,
    )
    answered.raise_for_status()
    parses = answered.json()["parses"]
    return [(one, _outcome(house, one, parse)) for one, parse in zip(questions, parses, strict=True)]


def test_questions_the_handbook_answers(outcomes: Outcomes) -> None:
    known = [(one, outcome) for one, outcome in outcomes if one["entry"] != "none"]
    counts = Counter(outcome for _, outcome in known)
    _show("in the handbook", counts, known)
    answered = counts["right"] + counts["wrong"]
    assert len(known) >= 160
    assert answered / len(known) >= 0.62, "answer rate"
    assert counts["right"] / answered >= 0.97, "right rate"
    assert (counts["right"] + counts["offered"]) / len(known) >= 0.7, "answered, or one press away"


def test_questions_the_handbook_does_not_answer(outcomes: Outcomes) -> None:
    unknown = [(one, outcome) for one, outcome in outcomes if one["entry"] == "none"]
    counts = Counter(outcome for _, outcome in unknown)
    _show("not in the handbook", counts, unknown)
    assert len(unknown) >= 40
    assert counts["wrong"] / len(unknown) <= 0.04, "answered wrongly"


def _outcome(house: House, question: dict[str, Any], parse: dict[str, Any]) -> str:
    wanted = [question["entry"]] if isinstance(question["entry"], str) else question["entry"]
    sure = LOOKED_UP.get(parse["intent"])
    if sure is None:
        return f"elsewhere: {parse['intent']}"
    match find(parse["handbook"], house.desk.shelf.current(), TODAY, sure=sure):
        case Answered(entry=entry):
            return "right" if entry.key in wanted else "wrong"
        case Unsure(entries=entries):
            return "offered" if any(entry.key in wanted for entry in entries) else "offered_without"
        case NotKnown():
            return "not_known"
    raise AssertionError("no such outcome")


def _show(title: str, counts: Counter[str], asked: Outcomes) -> None:
    total = sum(counts.values())
    print(
        f"\n{title}, {total} questions: " + ", ".join(f"{name} {n / total:.1%}" for name, n in counts.items())
    )
    for one, outcome in asked:
        if outcome not in ("right", "offered", "not_known", "offered_without"):
            print(f"  {outcome}: {one['ask']}")


def test_a_question_becomes_an_entry_and_she_is_told(house: House, cast: Cast) -> None:
    """王阿姨 asks what nobody knows and wishes to hear; 陈姐 writes it; the next one is answered."""
    question = "小区里可以放无人机吗"
    with ChatResident(house, "王阿姨") as wang:
        assert "服务手册里还没有写" in wang.says(question).text
        assert "咨询编号ZX" in wang.presses("确认").text
        published = _publish(house, cast, wang.conversation_id, question)
        assert wang.conversation_id in published.told
        assert "中心花园以外不放飞" in wang.looks().text
    with ChatResident(house, "老周") as zhou:
        told = zhou.says("我想在楼下玩无人机，可以放吗").text
        assert "中心花园以外不放飞" in told
        assert "依据：《公共场地使用办法》第四条" in told
    with house.store.write() as session:
        take_back(session, published.edit.id, by=cast.chen.by, now=house.clock())
    _look_again(house)


def _publish(house: House, cast: Cast, conversation_id: int, question: str) -> Published:
    desk, now = house.desk, house.clock()
    with house.store.write() as session:
        group = next(
            one
            for one in open_groups(session)
            if any((q.conversation_id, q.text) == (conversation_id, question) for q in one.questions)
        )
        done = publish(
            session,
            {
                "topic": "facilities",
                "title": "放飞无人机",
                "answer": "中心花园以外不放飞无人机；在花园放飞请先登记，避开人群。",
                "sources": [{"rule": "公共场地使用办法", "article": "第四条", "date": "2026-01-01"}],
                "asks": [question, "无人机能在哪里飞", "楼下玩无人机可以吗"],
            },
            estate=desk.estate,
            say=speaker(desk.words, desk.estate, now=now),
            by=cast.chen.by,
            now=now,
            group=group,
        )
    _look_again(house)
    house.wake()
    return done


def _look_again(house: House) -> None:
    """What the desk does every two seconds."""
    asyncio.run_coroutine_threadsafe(house.desk.shelf.look(), house.loop).result(10)
