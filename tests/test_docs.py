"""The documents lead somewhere: every link in them is there."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("benchmarks/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    missing = [link for link in links if not re.match(r"\w+://", link) and not (page.parent / link).exists()]
    assert not missing


def test_the_readme_names_the_commands_that_are_checked_before_every_change() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    checked = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\n./guanjia test\n" in readme
    assert "./guanjia test" in checked
