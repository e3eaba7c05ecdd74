"""The command line: every command has help and stands in the manual, every mistake is one clear line."""

import re
from functools import cache
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.commands.bench import BENCHES
from bot.process.households import import_file
from tests.cli.conftest import Installation
from tests.support.guanjia import PROJECT, run

MANUAL = (PROJECT / "docs" / "operation.md").read_text(encoding="utf-8")


@cache
def _help(command: str) -> str:
    """What the command says of itself: asked once, looked at by several tests."""
    done = run(command, "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^│ {command}\s", done.stdout, re.MULTILINE), command


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "rasa"])
def test_every_command_explains_itself_and_stands_in_the_manual(command: str) -> None:
    assert f"Usage: ./guanjia {command}" in _help(command)
    assert f"./guanjia {command}" in MANUAL


def test_every_option_stands_in_the_manual() -> None:
    for command in ("up", "chat", "train", "parse", "import", "backup", "restore", "doctor", "test"):
        options = set(re.findall(r"--[a-z-]+", _help(command))) - {"--help"}
        assert {option for option in options if option not in MANUAL} == set(), command


def test_every_setting_stands_in_the_manual() -> None:
    source = (PROJECT / "bot" / "settings.py").read_text(encoding="utf-8")
    named = {f"GUANJIA_{name.upper()}" for name in re.findall(r'read\("(\w+)"', source)} | {"DATABASE_URL"}
    internal = {"GUANJIA_PROJECT_DIR", "GUANJIA_DESK_ID", "GUANJIA_RASA_URL"}
    assert {name for name in named - internal if name not in MANUAL} == set()


def test_the_words_before_anything_is_built_name_the_same_commands() -> None:
    source = (PROJECT / "bot" / "bootstrap.py").read_text(encoding="utf-8")
    usage = re.search(r'USAGE = """(.*?)"""', source, re.DOTALL)
    assert usage
    assert set(re.findall(r"[a-z]+", usage[1].partition("\n")[2])) == set(COMMANDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bakcup",), "No such command"),
        (("up", "--prot", "1"), "No such option"),
        (("restore",), "Missing argument"),
    ],
)
def test_a_wrong_command_line_is_told(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert said in done.stderr


def test_people_are_added_and_get_new_passwords(installation: Installation) -> None:
    data = ("--data", str(installation.data))
    added = run("agent", "add", "Wangwu", "--name", "王五", "--role", "supervisor", *data)
    first = re.search(r"password  (\S+)", added.stdout)
    assert first, added.stderr
    again = run("agent", "password", "wangwu", *data)
    second = re.search(r"password  (\S+)", again.stdout)
    assert second
    assert first[1] != second[1]
    listed = run("agent", "list", *data).stdout
    assert re.search(r"wangwu +supervisor +王五 +\(first password not changed yet\)", listed)
    taken = run("agent", "add", "wangwu", "--name", "王五", *data)
    assert (taken.returncode, "taken" in taken.stderr) == (1, True)
    nobody = run("agent", "password", "nobody", *data)
    assert "there is no 'nobody'; see ./guanjia agent list" in nobody.stderr


def test_homes_are_imported_line_by_line(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    path.write_bytes("楼栋,单元,房号,建筑面积\n9,1,101,88.5\n9,1,,70\n".encode("gb18030"))
    done = run("import", str(path), "--data", str(installation.data))
    assert done.stdout.startswith("1 added, 0 changed")
    assert "left out: line 3, room:" in done.stderr
    assert done.returncode == 1


def test_the_sample_estates_homes_are_in_order(installation: Installation) -> None:
    done = import_file(installation.store, PROJECT / "sample" / "households.csv")
    assert done.problems == ()
    assert done.added > 50


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no rows"),
        (b"\xff\xfe\x00", "is neither UTF-8 nor GB18030"),
        (None, "No such file"),
    ],
)
def test_a_list_that_cannot_be_read_is_one_line(
    installation: Installation, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "homes.csv"
    if content is not None:
        path.write_bytes(content)
    done = run("import", str(path), "--data", str(installation.data))
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_doctor_says_what_is_missing_and_changes_nothing(installation: Installation, tmp_path: Path) -> None:
    unused = run("doctor", "--data", str(tmp_path / "unused"))
    assert "has not been used yet → start it once: ./guanjia up" in unused.stdout
    assert not (tmp_path / "unused").exists()
    done = run("doctor", "--data", str(installation.data))
    assert "ok    estate: " in done.stdout
    assert "hint  desk: is not running → start it: ./guanjia up" in done.stdout


def test_doctor_finds_faults(installation: Installation) -> None:
    (installation.data / "secrets.json").chmod(0o644)
    (installation.data / "estate.yml").write_text("name: [", encoding="utf-8")
    done = run("doctor", "--data", str(installation.data))
    assert done.returncode == 1
    assert re.search(r"FAULT secrets: .* may be read by others \(644\) → chmod 600", done.stdout)
    assert re.search(r"FAULT .*estate\.yml: .*line 1.* → ", done.stdout), done.stdout


def test_chat_without_a_desk_says_how_to_start_one(installation: Installation) -> None:
    done = run("chat", "--jsonl", "--data", str(installation.data), "--wait", "0.1", GUANJIA_PORT="1")
    assert done.returncode == 1
    assert "does not answer (ConnectError); start it with ./guanjia up" in done.stderr


def test_every_benchmark_is_known_by_its_folder() -> None:
    folders = {path.parent.name for path in (PROJECT / "benchmarks").glob("*/__main__.py")}
    assert set(BENCHES) == folders
    assert {name for name in BENCHES if name not in _help("bench")} == set()


@pytest.mark.parametrize("name", ["emergency", "telegram", "workspace"])
def test_what_follows_a_benchmarks_name_is_its_own(name: str) -> None:
    done = run("bench", name, "--no-such-thing")
    assert done.returncode == 2
    assert "unrecognized arguments: --no-such-thing" in done.stderr


def test_an_unknown_benchmark_is_told_which_there_are() -> None:
    done = run("bench", "telegramm")
    assert done.returncode == 2
    assert "telegram" in done.stderr
    assert "emergency" in done.stderr
