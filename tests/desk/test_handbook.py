"""The handbook: entries, their mistakes, finding, what depends on the day, what is told of an entry."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.desk.estate.errors import EstateError
from bot.desk.handbook.computed import answer_by_day
from bot.desk.handbook.days import day_meant, kind_of
from bot.desk.handbook.finding import Answered, NotKnown, Unsure, find
from bot.desk.handbook.model import FACTS, Entry, Handbook, Schedule, Service, Source, handbook_of
from bot.desk.handbook.unanswered import likeness
from bot.desk.handbook.wording import replies_for
from bot.desk.wording.composer import Situation, compose
from bot.desk.wording.speaking import estate_values
from tests.support.estates import PROJECT, sample_estate, sample_words
from tests.support.handbooks import content, entry, sample_handbook

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = date(2026, 11, 25)
CALENDAR = sample_estate().calendar


def at(hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def told(key: str, question: str, now: datetime) -> str:
    """What she reads when she asks for this entry."""
    estate, words = sample_estate(), sample_words()
    replies = replies_for(sample_handbook().entries[key], question, estate=estate, words=words, now=now)
    situation = Situation(now=now, values=estate_values(estate, now=now))
    return "\n".join(one.text for one in compose(replies, words=words, situation=situation, strict=True))


# --- entries ----------------------------------------------------------------------------------------


def test_the_sample_covers_daily_life_and_names_a_source_for_every_answer() -> None:
    handbook = sample_handbook()
    assert len(handbook) >= 60
    assert {one.topic for one in handbook} <= set(sample_words().labels["inquiry"])
    assert all(len(one.asks) >= 4 for one in handbook)


def test_every_law_is_quoted_with_article_and_date() -> None:
    laws = [source for one in sample_handbook() for source in one.sources if source.law]
    assert len({source.law for source in laws}) >= 15
    assert all(source.article and source.article.startswith("第") for source in laws)
    assert all(source.date <= WEDNESDAY for source in laws)


@pytest.mark.parametrize("key", sorted(sample_handbook().entries))
def test_every_answer_can_be_said_and_is_polite(key: str) -> None:
    said = told(key, "", at(10))
    assert "{" not in said
    assert "依据：" in said
    assert not any(word in said for word in ("不行", "不可能", "大爷", "大妈", "没办法", "！"))


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"answer": ""}, "bikes.answer", "at least 1"),
        ({"answer": "请拨{phone}。"}, "answer", "no fact of the estate"),
        ({"sources": []}, "bikes.sources", "at least 1"),
        ({"sources": [{"law": "民法典", "date": "2021-01-01"}]}, "bikes.sources.0", "without its article"),
        ({"sources": [{"article": "第一条", "date": "2021-01-01"}]}, "bikes.sources.0", "no source"),
        ({"service": {"kind": "paid"}}, "bikes.service", "price or payer"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "bikes", "before valid_from"),
        ({"computed": "schedule"}, "bikes", "belong together"),
        ({"asks": ["啊"]}, "bikes.asks.0", "at least 2"),
        ({"answr": "x"}, "bikes.answr", "no setting"),
    ],
)
def test_a_mistake_is_named_with_file_and_entry(changes: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(EstateError) as refused:
        handbook_of({"daily.yml": {"entries": [{**content(), **changes}]}})
    problem = refused.value.problems[0]
    assert problem.field.endswith(field) or field in problem.field
    assert reason in problem.reason


def test_one_key_in_two_files_is_a_mistake() -> None:
    with pytest.raises(EstateError, match=r"b.yml.*'bikes' is in a.yml already"):
        handbook_of({"a.yml": {"entries": [content()]}, "b.yml": {"entries": [content()]}})


def test_the_docs_name_every_field_of_an_entry_and_every_fact() -> None:
    docs = (PROJECT / "docs/handbook.md").read_text(encoding="utf-8")
    fields = {*Entry.model_fields, *Source.model_fields, *Service.model_fields, *Schedule.model_fields}
    assert [name for name in sorted(fields) if not re.search(rf"\b{name}\b", docs)] == []
    assert [name for name in sorted(FACTS) if f"{{{name}}}" not in docs] == []


@pytest.mark.parametrize("name", ["held", "questions"])
def test_no_question_of_the_test_is_a_near_copy_of_an_ask(name: str) -> None:
    questions = yaml.safe_load((PROJECT / f"tests/handbook/{name}.yml").read_text(encoding="utf-8"))
    asks = [ask for one in sample_handbook() for ask in one.asks]
    near = [(one["ask"], ask) for one in questions for ask in asks if likeness(one["ask"], ask) >= 0.7]
    assert near == []
    assert {key for one in questions for key in _keys(one)} <= {*sample_handbook().entries, "none"}


def _keys(question: dict[str, Any]) -> list[str]:
    return [question["entry"]] if isinstance(question["entry"], str) else question["entry"]


# --- finding ----------------------------------------------------------------------------------------

THREE = Handbook({key: entry(key) for key in ("bikes", "cars", "pets")})


def candidates(*scores: float) -> list[dict[str, Any]]:
    return [{"key": key, "score": score} for key, score in zip(THREE.entries, scores, strict=False)]


def test_a_sure_candidate_is_the_answer() -> None:
    assert find(candidates(0.9, 0.5, 0.2), THREE, WEDNESDAY) == Answered(THREE.entries["bikes"])


def test_between_two_she_is_asked_and_far_ones_are_not_offered() -> None:
    found = find(candidates(0.4, 0.3, 0.05), THREE, WEDNESDAY)
    assert isinstance(found, Unsure)
    assert [one.key for one in found.entries] == ["bikes", "cars"]


def test_below_that_it_is_not_known() -> None:
    assert find(candidates(0.2, 0.1), THREE, WEDNESDAY) == NotKnown(("bikes", "cars"))
    assert find([], THREE, WEDNESDAY) == NotKnown(())


def test_an_entry_that_is_over_or_gone_answers_nothing() -> None:
    over = THREE.with_entries([entry("bikes", valid_until="2026-11-24")])
    assert find(candidates(0.9), over, WEDNESDAY) == NotKnown(())
    assert find(candidates(0.9), over, date(2026, 11, 24)) == Answered(over.entries["bikes"])
    assert find([{"key": "was_taken_away", "score": 0.99}], THREE, WEDNESDAY) == NotKnown(())


# --- days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("in:1", date(2026, 11, 26)),
        ("week:0:6", date(2026, 11, 28)),
        ("week:0:1", date(2026, 11, 30)),
        ("week:1:3", date(2026, 12, 2)),
        ("weekend:0", date(2026, 11, 28)),
        ("date:-5", date(2026, 12, 5)),
        ("date:3-1", date(2027, 3, 1)),
        ("festival:元旦", date(2027, 1, 1)),
        ("holiday", date(2027, 1, 1)),
        ("workday", None),
        (None, None),
    ],
)
def test_a_day_that_was_said_is_the_next_one(said: str | None, day: date | None) -> None:
    assert day_meant(said, WEDNESDAY, CALENDAR) == day


def test_a_festival_that_is_on_is_today() -> None:
    assert day_meant("festival:国庆节", date(2026, 10, 3), CALENDAR) == date(2026, 10, 3)


@pytest.mark.parametrize(
    ("day", "kind", "rule"),
    [
        (date(2026, 10, 1), "holiday", "holiday"),
        (date(2026, 10, 10), "makeup", "workday"),
        (date(2026, 12, 31), "special", "workday"),
        (date(2026, 11, 28), "weekend", "weekend"),
        (WEDNESDAY, "workday", "workday"),
    ],
)
def test_the_calendar_knows_holidays_and_make_up_days(day: date, kind: str, rule: str) -> None:
    found = kind_of(day, CALENDAR)
    assert (found.kind, found.rule) == (kind, rule)


# --- what depends on the day ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "now", "fragments"),
    [
        ("周六中午能装修吗", at(10), ["12:00–14:00不在允许的时间里", "11月28日（周六）是周末"]),
        ("晚上七点还能敲吗", at(10), ["19:00不在允许的时间里", "今天（周三）是工作日"]),
        ("明天上午能装修吗", at(10), ["08:00–12:00可以", "明天（周四）"]),
        ("10月10号能装修吗", at(10, day=date(2026, 10, 8)), ["是调休上班日，按工作日执行", "08:00–12:00"]),
        ("国庆能装修吗", at(10, day=date(2026, 9, 20)), ["10月1日（周四）是国庆节假期", "按规定全天不安排"]),
        ("现在能装修吗", at(12, 30), ["现在（12:30）不在允许的时间里"]),
        ("周六下午四点到六点装修", at(10), ["16:00–18:00只有一部分"]),
        ("晚上九点能刷漆吗", at(10), ["刷漆、贴墙纸等没有声音的活不受此限"]),
        ("调休上班那个周六能装修吗", at(10), ["工作日08:00–12:00"]),
        ("装修几点可以开工", at(10), ["工作日08:00–12:00", "法定节假日停工"]),
    ],
)  # fmt: skip
def test_renovation_by_the_day(question: str, now: datetime, fragments: list[str]) -> None:
    said = told("renovation_hours", question, now)
    assert all(fragment in said for fragment in fragments), said
    assert "《锦绣花园装修管理办法》第六条" in said


@pytest.mark.parametrize(
    ("question", "now", "fragments"),
    [
        ("现在有人上班吗", at(12, 30), ["现在（12:30）服务中心没有人值守", "0571-85550110"]),
        ("现在有人上班吗", at(9), ["现在（09:00）服务中心有人值守"]),
        ("明天几点开门", at(20), ["明天（周四）是工作日", "08:30–12:00、13:30–18:00有人值守"]),
        ("元旦上班吗", at(9), ["2027年1月1日（周五）是元旦假期", "09:00–12:00有人值守"]),
        ("12月31号下午四点有人吗", at(9), ["16:00服务中心没有人值守", "年终盘点"]),
    ],
)
def test_is_somebody_there(question: str, now: datetime, fragments: list[str]) -> None:
    said = told("office_hours", question, now)
    assert all(fragment in said for fragment in fragments), said


def test_the_pool_is_shut_in_winter() -> None:
    assert "每年6月15日至9月15日开放" in told("pool", "现在泳池开着吗", at(15))
    assert "现在（15:00）是开放的" in told("pool", "现在泳池开着吗", at(15, day=date(2026, 7, 1)))


def test_a_question_without_a_day_gets_the_whole_rule() -> None:
    found = answer_by_day(
        sample_handbook().entries["renovation_hours"],
        "装修时间是几点到几点",
        estate=sample_estate(),
        now=at(9),
    )
    assert found is None


def test_who_pays_is_said_with_the_answer() -> None:
    assert "属于特约服务，费用由收件人支付" in told("parcels", "代收快递吗", at(9))
    assert "属于公共服务，不另收费" in told("moving_out", "放行条怎么开", at(9))
