"""A person is one word away, and only when asked for."""

import pytest

from bot.language import asks_for_person


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "轉人工",
        "人工",
        "人工客服！",
        "转人工，谢谢",
        "我要人工服务",
        "我要找个真人",
        "叫你们经理来",
        "让你们领导跟我说",
        "不想跟机器人说话",
        "能不能派个人跟我说",
        "zrg",
        "客服在吗",
        "有没有人啊？？",
        "找真人 找真人",
        "我要见你们经理",
        "搵真人",
        "talk to a human",
    ],
)
def test_asked_for(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "不用转人工",
        "先不转人工，我再看看",
        "人工湖的水臭了",
        "你是人工智能吗",
        "客服态度太差",
        "换灯泡人工费多少",
        "保安叫人工作的时候抽烟",
        "有没有人管电梯",
        "电梯坏了",
        "经理说今天来修",
        "",
    ],
)
def test_not_asked_for(text: str) -> None:
    assert not asks_for_person(text)
