"""Homes in the ways people write them."""

import pytest

from bot.language import HomeParts, find_homes, read_home

ONE_HOME = [
    "3栋2单元1201",
    "3-2-1201",
    "3 - 2 - 1201室",
    "３栋２单元１２０１室",
    "三栋二单元一二〇一",
    "三栋二单元幺二零幺",
    "3號樓2單元1201",
    "3#2-1201",
    "3#楼2单元1201房",
    "3幢2单元12楼1201",
    "3座2单元1201户",
    "三号楼二单元一千二百零一室",
    "3/2/1201",
    "3 2 1201",
    "我家住3栋2单元的1201，水管漏了",
    "03栋02单元1201",
    "3栋2门1201",
    "3、2、1201",
    "3栋-2单元-1201",
    "3#-2-1201",
    "3号2单元1201",
    "第三栋第二单元1201",
    "三棟二單元十二樓1201室",
    "我家在3栋，二单元，12楼，1201",
    "3栋2单元顶楼1201",
    "3栋2单元，门牌1201",
    "3栋2单元12楼01室",
    "3栋2单12层01",
    "我是3栋2单元12 01",
    "3-2-12-01",
    "三号楼二单元十二零一",
    "3动2单元1201",
    "三冻二担元一二零一",
    "3栋2单园1201",
    "1201室3栋2单元",
    "2单元1201，3栋",
]


@pytest.mark.parametrize("text", ONE_HOME)
def test_many_ways_to_name_one_home(text: str) -> None:
    (home,) = find_homes(text)
    assert home.key == "3-2-1201"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("12栋302", "12-302"),
        ("A座1502", "A-1502"),
        ("b栋二单元901漏水", "B-2-901"),
        ("5幢甲单元602", "5-甲-602"),
        ("8棟1203", "8-1203"),
        ("12号302室", "12-302"),
        ("3-1201", "3-1201"),
        ("七号楼12层1203", "7-1203"),
        ("翠湖花园二期12幢乙单元302", "12-乙-302"),
        ("二期8幢1103", "8-1103"),
        ("6楼1801没水", "6-1801"),
    ],
)
def test_without_unit_and_with_letters(text: str, key: str) -> None:
    assert [home.key for home in find_homes(text)] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25来的师傅",
        "010-12345678",
        "138-1234-5678",
        "等了3-5天",
        "物业费3-200元",
        "3栋楼下有人吵",
        "3栋2单元的电梯坏了",
        "12月25号302元",
        "11-2024年",
        "9:00-1200",
        "第3座",
        "TS2023-0568",
        "192.168.1.1201",
        "12楼1201",
        "六楼601漏水",
        "廿三栋204",
        "11月5号2单元302停水",
        "第3动作",
        "3号楼二单元12楼东户",
    ],
)
def test_dates_phones_prices_and_numbers_are_no_homes(text: str) -> None:
    assert find_homes(text) == []


def test_the_span_is_what_she_wrote() -> None:
    text = "您好，我家在三栋二单元幺二零幺室，漏水"
    (home,) = find_homes(text)
    assert text[home.start : home.end] == "三栋二单元幺二零幺室"


def test_two_homes_in_one_message() -> None:
    assert [home.key for home in find_homes("1-2-301漏到1-2-201了")] == ["1-2-301", "1-2-201"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3栋", HomeParts("3", None, None)),
        ("2单元", HomeParts(None, "2", None)),
        ("1201室", HomeParts(None, None, "1201")),
        ("1201", HomeParts(None, None, "1201")),
        ("七号楼二单元", HomeParts("7", "2", None)),
        ("3栋2单元1201", HomeParts("3", "2", "1201")),
        ("我家", HomeParts()),
    ],
)
def test_parts_of_a_home(text: str, parts: HomeParts) -> None:
    assert read_home(text) == parts


def test_what_is_written_back_reads_the_same() -> None:
    for text in ONE_HOME:
        (home,) = find_homes(text)
        assert [again.key for again in find_homes(f"我住{home.key}。")] == [home.key]
