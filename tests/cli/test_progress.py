"""How far a long command is."""

import io
from pathlib import Path

import pytest

from bot.process.progress import lines_in, told


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def after(total: int | None, done: int, out: io.StringIO) -> str:
    with told("parse", total, out=out) as advance:
        for _ in range(done):
            advance()
    return out.getvalue()


def test_a_line_at_each_tenth_where_nobody_looks_at_a_terminal() -> None:
    lines = after(1000, 1000, io.StringIO()).splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("parse: 100 of 1,000 (")
    assert lines[-1].startswith("parse: 1,000 of 1,000 (")


@pytest.mark.parametrize("total", [None, 3, 499])
def test_few_or_unknown_many_are_not_talked_about(total: int | None) -> None:
    assert after(total, 3, io.StringIO()) == ""


def test_a_bar_at_a_terminal() -> None:
    assert "600/600" in after(600, 600, Terminal())


@pytest.mark.parametrize(
    ("content", "count"), [(b"", 0), (b"a\nb\n", 2), (b"a\nb", 2), (b"\n\n", 2), (b"\xff\x00\n" * 5, 5)]
)
def test_lines_are_counted_as_they_are_read(tmp_path: Path, content: bytes, count: int) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    assert lines_in(path) == count
