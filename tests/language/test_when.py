"""Real times of what residents say of time, at 10:30 on Wednesday 25 November 2026 in the estate's zone."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.when.meaning import When, read_since, read_times

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=SHANGHAI)


def since(text: str, now: datetime = NOW) -> When:
    when = read_since(text, now=now, zone=SHANGHAI)
    assert when is not None, text
    return when


def local(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("从昨晚十点到现在没电", "2026-11-24 22:00"),
        ("昨天下午3点开始漏的", "2026-11-24 15:00"),
        ("昨晚就没水", "2026-11-24 18:00"),
        ("前天半夜吵醒的", "2026-11-23 23:00"),
        ("昨天半夜两点还在砸", "2026-11-25 02:00"),
        ("昨晚12点", "2026-11-25 00:00"),
        ("今早八点", "2026-11-25 08:00"),
        ("凌晨三点", "2026-11-25 03:00"),
        ("晚上十一点还在唱", "2026-11-24 23:00"),
        ("下午三点半", "2026-11-24 15:30"),
        ("三点半开始", "2026-11-25 03:30"),
        ("20:15", "2026-11-24 20:15"),
        ("寻晚", "2026-11-24 18:00"),
        ("大前天", "2026-11-22 00:00"),
        ("上周三报的", "2026-11-18 00:00"),
        ("上上周五", "2026-11-13 00:00"),
        ("周末装修", "2026-11-21 00:00"),
        ("星期天", "2026-11-22 00:00"),
        ("周三", "2026-11-25 00:00"),
        ("上周", "2026-11-16 00:00"),
        ("上个月", "2026-10-01 00:00"),
        ("11月20号坏的", "2026-11-20 00:00"),
        ("12月20号坏的", "2025-12-20 00:00"),
        ("30号", "2026-10-30 00:00"),
        ("去年3月", "2025-03-01 00:00"),
        ("去年冬天", "2025-12-01 00:00"),
        ("2024年5月3日", "2024-05-03 00:00"),
        ("国庆之后", "2026-10-01 00:00"),
        ("过年到现在", "2026-02-17 00:00"),
        ("三天了没人修", "2026-11-22 10:30"),
        ("两个多月了", "2026-09-26 10:30"),
        ("俩小时了", "2026-11-25 08:30"),
        ("一个半小时了", "2026-11-25 09:00"),
        ("三个小时前", "2026-11-25 07:30"),
        ("五六天了", "2026-11-19 22:30"),
        ("一周了", "2026-11-18 10:30"),
        ("刚才", "2026-11-25 10:15"),
        ("前儿个夜里", "2026-11-23 20:00"),
        ("差不多三点一刻", "2026-11-25 03:15"),
        ("2026-11-03就报了", "2026-11-03 00:00"),
        ("上个月15号交的", "2026-10-15 00:00"),
        ("本月3号", "2026-11-03 00:00"),
        ("上月底", "2026-10-26 00:00"),
        ("10月初开始", "2026-10-01 00:00"),
        ("11月中旬", "2026-11-11 00:00"),
        ("去年年底", "2025-12-26 00:00"),
        ("打春节起", "2026-02-17 00:00"),
        ("元旦以后", "2026-01-01 00:00"),
        ("中秋节那天", "2026-09-25 00:00"),
        ("端午开始", "2026-06-19 00:00"),
        ("双十一那天", "2026-11-11 00:00"),
    ],
)
def test_since_when(text: str, begins: str) -> None:
    assert local(since(text).begins) == begins


@pytest.mark.parametrize(
    ("text", "begins", "ends", "repeats", "times"),
    [
        ("连续三个周六都在装修", "2026-11-07 00:00", "2026-11-22 00:00", "saturday", 3),
        ("一连五天", "2026-11-20 10:30", "2026-11-25 10:30", "daily", 5),
        ("每周三晚上跳舞", None, None, "wednesday", None),
        ("每个周末", None, None, "weekend", None),
        ("隔三岔五", None, None, "often", None),
        ("连着两晚", "2026-11-23 10:30", "2026-11-25 10:30", "nightly", 2),
        ("天天吵", None, None, "daily", None),
        ("每天晚上", None, None, "nightly", None),
        ("一到周末就砸墙", None, None, "weekend", None),
        ("老是停水", None, None, "often", None),
    ],
)
def test_what_comes_again(
    text: str, begins: str | None, ends: str | None, repeats: str, times: int | None
) -> None:
    when = since(text)
    assert (local(when.begins), local(when.ends), when.repeats, when.times) == (begins, ends, repeats, times)


def test_until_now_ends_now() -> None:
    when = since("从昨晚十点到现在没电")
    assert (when.ends, when.approximate) == (NOW, False)


@pytest.mark.parametrize(("text", "approximate"), [("昨晚", True), ("昨晚十点", False), ("昨晚十点多", True)])
def test_it_says_where_the_words_leave_room(text: str, approximate: bool) -> None:
    assert since(text).approximate is approximate


@pytest.mark.parametrize(
    "text",
    [
        "今晚",
        "后天下午",
        "明早八点",
        "下周一",
        "下个月3号",
        "今天下午两点",
        "电梯坏了",
        "门前",
        "3栋2单元1201",
        "",
    ],
)
def test_what_lies_ahead_or_is_not_told_is_no_beginning(text: str) -> None:
    assert read_since(text, now=NOW, zone=SHANGHAI) is None


def test_a_day_nobody_can_place_stays_open() -> None:
    assert since("当天").begins is None


def test_several_times_in_their_order() -> None:
    found = read_times("上周三报的，昨天下午来过，今天早上又坏了", now=NOW, zone=SHANGHAI)
    assert [one.text for one in found] == ["上周三", "昨天下午", "今天早上"]
    begins = [local(one.begins) for one in found]
    assert begins == [
        "2026-11-18 00:00",
        "2026-11-24 13:00",
        "2026-11-25 06:00",
    ]


PIECES = (
    "昨 前 今 大前 上 上上 这 天 晚 周 个 月 年 号 日 三 十二 30 9 半 点 多 了 开始 到现在 凌晨 早上 下午"
)
MORE = "半夜 连续 小时 前 末 去年 每天 ， 漏水"
words = st.lists(st.sampled_from(f"{PIECES} {MORE}".split()), max_size=9).map("".join)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2036, 12, 31)).map(
    lambda at: at.replace(tzinfo=SHANGHAI)
)


@given(words, moments)
def test_no_beginning_lies_in_the_future_and_spans_are_right(text: str, now: datetime) -> None:
    when = read_since(text, now=now, zone=SHANGHAI)
    if when is None:
        return
    assert text[when.start : when.end] == when.text
    assert when.begins is None or when.begins <= now
    assert when.ends is None or (when.begins is not None and when.begins <= when.ends <= now)


@given(words, moments)
def test_every_phrase_has_a_place(text: str, now: datetime) -> None:
    end = 0
    for when in read_times(text, now=now, zone=SHANGHAI):
        assert end <= when.start < when.end <= len(text)
        assert text[when.start : when.end] == when.text
        end = when.end
