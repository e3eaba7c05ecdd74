"""Threats are read by words alone; a question about paying is none (R15, R18)."""

from __future__ import annotations

import pytest

from bot.language.threats import find_threats, threatens


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("再不修我就不交物业费", {"refuse"}),
        ("这种服务，我明年的物业费不会交的", {"refuse"}),
        ("物业费一分都别想收", {"refuse"}),
        ("大家商量好了，从下个月起拒交物业费", {"refuse"}),
        ("你们休想再收我一分钱", {"refuse"}),
        ("行，那我打12345", {"authority"}),
        ("１２３４５见", {"authority"}),
        ("再这样我去住建局投诉你们", {"authority"}),
        ("我要向街道办反映这件事", {"authority"}),
        ("我就举报你们", {"authority"}),
        ("信不信我曝光你们", {"media"}),
        ("我要把視頻發到抖音上", {"media"}),
        ("明天就找记者来", {"media"}),
        ("我已经找律师了", {"law"}),
        ("咱们法庭见", {"law"}),
        ("不给说法我就起诉你们", {"law"}),
        ("只能通过法律途径解决了", {"law"}),
        ("再不来人，我打12345，还要发到网上曝光！", {"authority", "media"}),
        ("你们到底管不管！\n不处理我就告你们物业", {"law"}),
    ],
)
def test_a_threat_is_heard_with_its_kind(text: str, kinds: set[str]) -> None:
    assert {threat.kind for threat in find_threats(text)} == kinds


@pytest.mark.parametrize(
    "text",
    [
        "不交物业费会怎么样",
        "可以不交物业费吗",
        "房子空着，能不能不交物业费？",
        "为什么不交物业费就停我门禁",
        "楼上一直不交物业费，你们也不管",
        "我这个月物业费还没交，怎么交",
        "我不是不交物业费，是没收到单子",
        "你好，我的电话是13812345678",
        "快递柜密码12345打不开",
        "12345是什么电话",
        "12345转过来的工单处理得怎么样了",
        "收到你们的律师函了，怎么回事",
        "物业要起诉我吗",
        "我想起诉楼上邻居，你们能作证吗",
        "小区有没有法律咨询活动",
        "我的个人信息被曝光了",
        "朋友圈里看到你们的通知",
        "照片发到这里可以吗",
        "新闻里说要降温，水管要不要包",
        "3号楼12315室漏水",
        "京A12345这辆车堵着我出不去，麻烦联系车主",
        "服务不好能不能拒交物业费",
        "拒缴有什么风险",
        "我都不想交物业费了",
        "捆绑收费，不交物业费不给买电",
        "我没入住，为什么物业费一分不能少",
        "网上买到假货，12315怎么投诉",
        "",
    ],
)
def test_what_only_speaks_of_such_things_is_no_threat(text: str) -> None:
    assert not threatens(text), find_threats(text)


def test_her_own_words_are_kept_in_their_order_once() -> None:
    said = find_threats("我要曝光你们，打１２３４５，再打１２３４５，曝光！")
    assert [threat.words for threat in said] == ["曝光", "１２３４５"]


def test_a_question_in_one_sentence_does_not_hide_a_threat_in_another() -> None:
    assert [threat.kind for threat in find_threats("不交物业费会怎么样？我告诉你，我要曝光你们。")] == [
        "media"
    ]
