"""The day and the time of day a question is about."""

import pytest

from bot.language.when.asked import AskedTime, read_asked_time


@pytest.mark.parametrize(
    ("text", "day", "span"),
    [
        ("周六中午能装修吗", "week:0:6", (720, 840)),
        ("下周一上班吗", "week:1:1", None),
        ("想问下周六能装修吗", "week:0:6", None),
        ("礼拜天可以搬家吗", "week:0:7", None),
        ("这周末泳池开吗", "weekend:0", None),
        ("明儿早上七点能施工不", "in:1", (420, 421)),
        ("后天下午三点半", "in:2", (930, 931)),
        ("晚上八点以后能敲墙吗", None, (1200, 1320)),
        ("今晚十点", "in:0", (1320, 1321)),
        ("中午十二点半有人吗", None, (750, 751)),
        ("14:30可以吗", None, (870, 871)),
        ("12月31号", "date:12-31", None),
        ("二十八号能办吗", "date:-28", None),
        ("国庆放假吗", "festival:国庆节", None),
        ("大年初三有人值班吗", "festival:春节", None),
        ("节假日能装修吗", "holiday", None),
        ("工作日几点开门", "workday", None),
        ("周一到周五几点", "workday", None),
        ("晚上几点关门", None, None),
        ("7号楼在哪", None, None),
        ("大年初八能开工吗", "unknown", None),
        ("调休上班那个周六能装修吗", "unknown", None),
        ("补班那天能敲吗", "unknown", None),
        ("双休日能装修不", "weekend:0", None),
        ("五点四十还有人不", None, (1060, 1061)),
        ("六点以后还能装修吗", None, (1080, 1440)),
        ("早上六点半能扔吗", None, (390, 391)),
        ("早上八点之前能敲墙吗", None, (360, 480)),
        ("下午两点到六点可以装修吗", None, (840, 1080)),
        ("上午九点到十一点半行吗", None, (540, 690)),
        ("十点半可以了吗", None, (630, 631)),
        ("八点三刻开门了没", None, (525, 526)),
        ("怎么办门禁卡", None, None),
    ],
)
def test_day_and_time(text: str, day: str | None, span: tuple[int, int] | None) -> None:
    assert read_asked_time(text) == AskedTime(day, span)


@pytest.mark.parametrize("text", ["现在有人上班吗", "這會兒能裝修嗎", "而家开门未"])
def test_this_very_moment(text: str) -> None:
    assert read_asked_time(text).now
