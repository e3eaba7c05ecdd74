"""Every law a resident may read of stands in docs/laws.md, with the date the reply says (R3)."""

import re

import pytest
import yaml

from tests.support.estates import PROJECT
from tests.support.handbooks import sample_handbook

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}
ROW = re.compile(
    r"^\| (?P<law>[^|]+) \| (?P<articles>第[^|]+条) \| (?P<since>\d{4}-\d\d-\d\d) \| [^|]+ \| [ABC] \|$", re.M
)

Cited = tuple[str, str, str]


def number(chinese: str) -> int:
    """第一千零三十二条 as 1032."""
    total, digit = 0, 0
    for sign in chinese:
        if sign in UNITS:
            total += (digit or 1) * UNITS[sign]
            digit = 0
        else:
            digit = DIGITS[sign]
    return total + digit


def numbers(articles: str) -> set[int]:
    """The articles of "第五条、第六条" or of "第四十四条至第四十七条"; a paragraph belongs to its article."""
    found: set[int] = set()
    for part in articles.split("、"):
        first, *last = (number(one) for one in re.findall(r"第([零一二三四五六七八九十百千]+)条", part))
        found |= set(range(first, (last[0] if last else first) + 1))
    return found


def plain(law: str) -> str:
    return law.removeprefix("中华人民共和国")


def reviewed() -> set[tuple[str, int, str]]:
    page = (PROJECT / "docs/laws.md").read_text(encoding="utf-8")
    return {
        (plain(row["law"]), one, row["since"])
        for row in ROW.finditer(page)
        for one in numbers(row["articles"])
    }


def cited() -> list[Cited]:
    """Law, articles and date of everything that names one: the handbook and the words about fees."""
    handbook = [
        (source.law, str(source.article), source.date.isoformat())
        for entry in sample_handbook()
        for source in entry.sources
        if source.law
    ]
    estate = yaml.safe_load((PROJECT / "estate.yml").read_text(encoding="utf-8"))
    fees = [(one["title"], one["article"], str(one["since"])) for one in estate["fees"]["sources"]]
    return sorted({*handbook, *fees})


@pytest.mark.parametrize(("law", "articles", "since"), cited())
def test_a_law_that_is_named_was_read(law: str, articles: str, since: str) -> None:
    table = reviewed()
    missing = [one for one in numbers(articles) if (plain(law), one, since) not in table]
    assert not missing, f"{law} {missing}: add the article to docs/laws.md when you have read it"


def test_the_table_holds_nothing_that_is_named_nowhere() -> None:
    named = {(plain(law), one, since) for law, articles, since in cited() for one in numbers(articles)}
    assert reviewed() - named == set()


def test_words_for_residents_name_no_article_of_their_own() -> None:
    """Replies get their articles from the handbook and the estate, never from a domain file."""
    files = sorted((PROJECT / "nlu_data/domain").glob("*.yml"))
    assert files
    own = [
        (path.name, line)
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"第[零一二三四五六七八九十百千]+条", line)
    ]
    assert own == []


def test_chinese_numbers_are_read() -> None:
    assert [number(one) for one in ("九", "十七", "六十", "二百七十一", "一千零三十二")] == [
        9,
        17,
        60,
        271,
        1032,
    ]
    assert numbers("第四十四条至第四十七条") == {44, 45, 46, 47}
    assert numbers("第四十一条第二款") == {41}
