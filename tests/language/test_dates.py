"""Days that lie ahead: what is reported has happened, so they are asked about."""

from datetime import date

import pytest

from bot.language.when.ahead import is_ahead

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "phrase",
    [
        "明天晚上",
        "后天",
        "12月30日",
        "十二月三十号",
        "下周六",
        "2027年1月3日",
        "2026-12-01",
        "明早八点",
        "下个月",
    ],
)
def test_a_day_ahead_is_seen(phrase: str) -> None:
    assert is_ahead(phrase, TODAY)


@pytest.mark.parametrize(
    "phrase",
    ["昨天晚上", "11月20号", "11月25日", "每天晚上十点以后", "连续第三个周六", "2月30日", "30号", "三天了",
     "6月1号", "前天", "上周六", "2025年12月30日", "后来又开始"],
)  # fmt: skip
def test_what_has_been_is_not(phrase: str) -> None:
    assert not is_ahead(phrase, TODAY)


def test_a_day_of_december_said_in_january_was_last_years() -> None:
    assert not is_ahead("12月30日", date(2026, 1, 4))
