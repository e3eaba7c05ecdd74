"""What the tests need of the system is installed by root, and named to everybody else."""

import os
from pathlib import Path

import pytest

from bot.process import system_packages
from bot.process.faults import OperatorError
from bot.process.system_packages import bring_packages, browser_program

MISSING = {"chromium": lambda: False, "fonts-noto-cjk": lambda: True, "postgresql": lambda: False}


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `apt-get` that writes down how it was called; returns where. Two packages are missing."""
    called, program = tmp_path / "called", tmp_path / "apt-get"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> "{called}"\nexit $(cat "{tmp_path}/code" 2>/dev/null || echo 0)\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(system_packages, "PACKAGES", MISSING)
    return called


def _as(user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)


def test_root_gets_what_is_missing_and_nothing_else(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _as(0, monkeypatch)
    said: list[str] = []
    bring_packages(said.append)
    update, install = apt.read_text().splitlines()
    assert update.startswith("update")
    assert install.split()[-2:] == ["chromium", "postgresql"]
    assert said == ["installing chromium, postgresql …"]


def test_who_is_not_root_is_told_exactly_what_to_install(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _as(1000, monkeypatch)
    with pytest.raises(OperatorError, match="install it: apt-get install chromium postgresql"):
        bring_packages(print)
    assert not apt.exists()


def test_an_apt_that_fails_is_one_line_with_the_command(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _as(0, monkeypatch)
    (apt.parent / "code").write_text("100")
    with pytest.raises(OperatorError, match=r"missing: apt-get failed.*apt-get install chromium postgresql"):
        bring_packages(print)


def test_a_browser_by_any_of_its_names_is_the_one_the_tests_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser_program() is None
    chrome = tmp_path / "google-chrome"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    assert browser_program() == chrome
    assert system_packages.has_browser()
