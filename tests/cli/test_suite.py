"""`./guanjia test` leaves no test out, mixes no two outputs, and ends what it started."""

import asyncio
import contextlib
from itertools import pairwise
from pathlib import Path

import pytest

from bot.process.environments import base_environment
from bot.process.suite import NO_TESTS, RASA_TESTS, Part, Run, run_side_by_side, summary, whole_suite
from tests.support.guanjia import PROJECT

GOOD = "def test_good(): print('good speaks')\n"
BAD = "def test_bad():\n    print('bad speaks')\n    assert 1 == 2, 'as planted'\n"


def _takes(part: Part, path: str) -> bool:
    """Does pytest, told this, run the file?"""
    given = [word for word in part.paths if not word.startswith("--")]
    left_out = [word.removeprefix("--ignore=") for word in part.paths if word.startswith("--ignore=")]
    return _in(path, given) and not _in(path, left_out)


def _in(path: str, rooms: "list[str] | tuple[str, ...]") -> bool:
    return any(path.startswith(f"{room}/") for room in rooms)


def test_every_test_is_run_once_on_each_side_it_belongs_to() -> None:
    parts = whole_suite(PROJECT)
    files = [path.relative_to(PROJECT).as_posix() for path in (PROJECT / "tests").rglob("test_*.py")]
    assert len(files) > 100
    for path in files:
        sides = sorted(part.side for part in parts if _takes(part, path))
        wanted = ["desk", "rasa"] if _in(path, ("tests/language",)) else None
        assert sides == (wanted or (["rasa"] if _in(path, RASA_TESTS) else ["desk"])), path


def _run(folder: Path, *tests: str, lanes: int = 2) -> tuple[list[Run], list[str]]:
    parts = []
    for number, code in enumerate(tests):
        path = folder / f"test_{number}.py"
        path.write_text(code, encoding="utf-8")
        parts.append(Part(f"try{number}", "desk", (str(path),)))
    said: list[str] = []
    ran = run_side_by_side(parts, ["-s"], base_environment(), lanes=lanes, say=said.append)
    return asyncio.run(ran), said


def test_what_failed_is_told_last_with_the_test_and_its_reason(tmp_path: Path) -> None:
    runs, _ = _run(tmp_path, GOOD, BAD)
    assert {run.part.name: (run.passed, run.code) for run in runs} == {"try0": (True, 0), "try1": (False, 1)}
    told = list(summary(runs))
    assert [line for line in told if "test_bad" in line and "as planted" in line]
    assert any(line.startswith("tests (try1): FAILED (pytest: 1)") and "1 failed" in line for line in told)
    assert not any("good speaks" in line for line in told)


def test_each_part_speaks_in_one_piece(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = "import time\ndef test_it():\n    for n in range(20): print('%s', n); time.sleep(0.02)\n"
    _run(tmp_path, lines % "one", lines % "two")
    heard = [line.split()[0] for line in capfd.readouterr().out.splitlines() if line[:3] in ("one", "two")]
    assert len(heard) >= 38  # each one's first is behind pytest's own words
    assert sum(before != after for before, after in pairwise(heard)) == 1


def test_a_part_that_cannot_begin_fails_and_one_without_tests_does_not(tmp_path: Path) -> None:
    runs, _ = _run(tmp_path, "import nowhere_to_be_found\n", "", lanes=1)
    assert [(run.passed, run.code) for run in runs] == [(False, 2), (True, NO_TESTS)]
    assert any("nowhere_to_be_found" in line or "test_0.py" in line for line in summary(runs))


def test_stopped_it_leaves_nothing_running(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    path = tmp_path / "test_long.py"
    path.write_text(
        f"import pathlib, time\ndef test_long():\n    pathlib.Path({str(begun)!r}).touch()\n"
        f"    time.sleep(60)\n    pathlib.Path({str(ended)!r}).touch()\n",
        encoding="utf-8",
    )

    async def stop_it() -> None:
        part = Part("long", "desk", (str(path),))
        running = asyncio.create_task(
            run_side_by_side([part], [], base_environment(), lanes=1, say=lambda line: None)
        )
        while not begun.exists():  # noqa: ASYNC110  (another process makes it)
            await asyncio.sleep(0.02)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(asyncio.wait_for(stop_it(), 30))
    still = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _bytes(path)]
    assert still == []
    assert not ended.exists()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended while we looked
        return b""
