"""The directions of imports, and what may not stand in our files at all."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("bot", "actions", "policies")
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]

# Text for residents is data. What stands in Python is how people write, and the words of a list's columns.
SPOKEN_ROOMS = ("bot/language/", "bot/understanding/", "bot/desk/people/households.py")
SENTENCE = re.compile(r"[\u4e00-\u9fff]{5}|[\u4e00-\u9fff][，。！？；：、]")


def _lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(LINT, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The rooms of the house, to plant something in."""
    for room in ROOMS:
        shutil.copytree(PROJECT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_one_way() -> None:
    done = _lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("bot/desk/casework/cases.py", "import httpx"),
        ("bot/desk/casework/cases.py", "from bot.messaging import live"),
        ("bot/store/engine.py", "from bot.desk import cases"),
        ("bot/understanding/server/launcher.py", "from bot.settings import load_settings"),
        ("policies/__init__.py", "from bot.desk import cases"),
        ("bot/language/rooms.py", "import yaml"),
        ("actions/__init__.py", "import bot.workspace"),
        ("bot/clock/__init__.py", "import bot.app"),
    ],
)
def test_a_planted_import_is_found(copy: Path, file: str, line: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as target:
        target.write(f"\n{line}\n")
    done = _lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_no_chinese_sentence_stands_in_python() -> None:
    found = [
        f"{path}:{node.lineno}: {node.value!r}"
        for path in _python_files()
        if not path.startswith(SPOKEN_ROOMS)
        for node in _literals(PROJECT / path)
        if SENTENCE.search(str(node.value))
    ]
    assert not found, (
        "text for people belongs into data (nlu_data/domain, estate.yml, templates):\n" + "\n".join(found)
    )


def test_a_chinese_sentence_in_python_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "rude.py"
    module.write_text('"""文档可以写中文。"""\nWORDS = "您好，请问有什么可以帮您？"\n', encoding="utf-8")
    assert [SENTENCE.search(str(node.value)) is not None for node in _literals(module)] == [True]


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    # Written in two halves: this file is looked at as well.
    hosts = ["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "tuna" + r"\.tsinghua"]
    places = ["/ro" + "ot/", "/wo" + "rk/", "/ho" + r"me/\w", "/Us" + r"ers/\w"]
    bad = re.compile(rf"{'|'.join(hosts)}|(?<![\w.}}])(?:{'|'.join(places)})")
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in _tracked_files()
        for number, line in enumerate(_text(PROJECT / path).splitlines(), start=1)
        if bad.search(line)
    ]
    assert not found, "\n".join(found)


def test_what_runs_before_the_environments_needs_only_the_standard_library() -> None:
    for path in ("bot/bootstrap.py", "bot/process/leash.py"):
        tree = ast.parse(_text(PROJECT / path), feature_version=(3, 8))
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert imported <= sys.stdlib_module_names | {"__future__"}, path


def _python_files() -> list[str]:
    return [path for path in _tracked_files() if path.endswith(".py") and path.startswith(ROOMS)]


def _tracked_files() -> list[str]:
    """The project's own files, as git knows them."""
    words = ["git", "ls-files", "-z"]
    listed = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path and (PROJECT / path).is_file()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture or a font


def _literals(path: Path) -> Iterator[ast.Constant]:
    """Text constants of a module that are no docstrings (nor the sentence under an attribute)."""
    tree = ast.parse(_text(path))
    sentences = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in sentences:
            yield node
