"""A machine where nothing of ours is installed: `./guanjia` finds, fetches and builds what it needs.

A small project of its own (one tiny package in its lock) makes each build a matter of a second.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.guanjia import PROJECT, run

PLAIN_PATH = "/usr/bin:/bin"
SCRIPT = "import sys, idna; print('ran', sys.argv[1:], sys.version_info[:2], sys.executable)"


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    """The one command and its bootstrap, over a desk that is one line."""
    return _clone(tmp_path / "a clone")  # a space in the path is nobody's fault


@pytest.fixture(scope="module")
def fetched_uv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a uv that was fetched before; fetching it again for each test takes 4 s."""
    here = _clone(tmp_path_factory.mktemp("uv"))
    done = run("agent", project=here, PATH=PLAIN_PATH)
    assert done.returncode == 0, done.stderr
    return here / ".guanjia" / "uv"


@pytest.fixture
def project(bare_project: Path, fetched_uv: Path) -> Path:
    """The same, with a uv at hand."""
    (bare_project / ".guanjia").mkdir()
    (bare_project / ".guanjia" / "uv").symlink_to(fetched_uv)
    return bare_project


def _clone(here: Path) -> Path:
    for name in ("guanjia", "bot/bootstrap.py", "bot/process/leash.py", "requirements/uv.txt"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, here / name)
    (here / "bot" / "cli.py").write_text(SCRIPT, encoding="utf-8")
    for lock in ("desk.txt", "rasa.txt", "dev.txt", "rasa-dev.txt"):
        (here / "requirements" / lock).write_text(_lock_of("idna"), encoding="utf-8")
    return here


def _lock_of(package: str) -> str:
    """That package's lines of the real lock, hashes and all."""
    lock = (PROJECT / "requirements" / "desk.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==.*(?:\\\n    --hash=.*)+\n", lock, re.MULTILINE)
    assert found
    return found[0]


def test_the_first_command_builds_and_the_second_only_runs(bare_project: Path) -> None:
    project = bare_project
    first = run("agent", "list", project=project, PATH=PLAIN_PATH)
    assert first.returncode == 0, first.stderr
    assert "uv: fetching" in first.stderr
    assert "desk: building" in first.stderr
    assert "ran ['agent', 'list'] (3, 1" in first.stdout
    second = run("agent", "list", project=project, PATH=PLAIN_PATH)
    assert second.stderr == ""
    assert second.stdout == first.stdout
    assert sorted(path.name for path in (project / ".guanjia" / "envs").glob("[!.]*")) == ["desk"]


def test_a_changed_lock_is_built_anew_beside_the_old_one(project: Path) -> None:
    run("agent", project=project)
    old = (project / ".guanjia" / "envs" / "desk").resolve()
    (project / "requirements" / "desk.txt").write_text(_lock_of("idna") + _lock_of("certifi"))
    done = run("agent", project=project)
    assert "desk: building" in done.stderr, done.stderr
    new = (project / ".guanjia" / "envs" / "desk").resolve()
    assert new != old
    assert (old / "bin" / "python").exists(), "a desk that still runs from it must go on"
    assert str(new) in done.stdout


def test_a_build_that_was_cut_short_is_done_again(project: Path) -> None:
    run("agent", project=project)
    folder = (project / ".guanjia" / "envs" / "desk").resolve()
    (folder / ".complete").unlink()
    shutil.rmtree(folder / "lib")
    done = run("agent", project=project)
    assert "desk: building" in done.stderr
    assert done.returncode == 0, done.stderr


def test_two_at_once_build_once(project: Path) -> None:
    command = [str(project / "guanjia"), "agent"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum("desk: building" in errors for _, errors in outputs) == 1, outputs


def test_a_lock_whose_hash_does_not_fit_is_refused(project: Path) -> None:
    lock = project / "requirements" / "desk.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", lock.read_text()))
    done = run("agent", project=project)
    assert done.returncode == 1
    assert "ran" not in done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("guanjia: desk: could not be built")
    assert "Traceback" not in done.stderr


def test_rasas_side_gets_python_310(project: Path) -> None:
    done = run("up", project=project, PATH=PLAIN_PATH)
    assert done.returncode == 0, done.stderr
    python = project / ".guanjia" / "envs" / "rasa" / "bin" / "python"
    words = [str(python), "-c", "import sys; print(sys.version_info[:2])"]
    assert subprocess.check_output(words, text=True).strip() == "(3, 10)"


def test_help_needs_no_more_than_the_environment_that_gives_it(project: Path) -> None:
    done = run("bench", "--help", project=project)
    assert "ran ['bench', '--help']" in done.stdout, done.stderr
    built = {path.name for path in (project / ".guanjia" / "envs").glob("[!.]*")}
    assert built == {"desk"}, "a help text must not build a stock TensorFlow"


def test_a_benchmark_without_the_stock_peer_builds_none(project: Path) -> None:
    done = run("bench", "telegram", project=project)
    assert "ran ['bench', 'telegram']" in done.stdout, done.stderr
    built = {path.name for path in (project / ".guanjia" / "envs").glob("[!.]*")}
    assert built == {"desk", "desk-dev"}


def test_it_is_called_from_anywhere_and_through_a_link(project: Path, tmp_path: Path) -> None:
    run("agent", project=project)
    link = tmp_path / "guanjia-link"
    link.symlink_to(project / "guanjia")
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "cli.py").write_text("raise SystemExit('the wrong one')")
    done = subprocess.run([str(link), "agent"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("ran"), done.stderr


def test_a_disk_that_takes_nothing_is_one_clear_line(bare_project: Path) -> None:
    project = bare_project
    (project / ".guanjia").write_text("a file where the folder should be")
    done = run("agent", project=project)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("guanjia: ")


def test_the_oldest_python_runs_the_bootstrap(project: Path) -> None:
    run("agent", project=project)
    old = _oldest_python()
    words = [old, "-I", str(project / "bot" / "bootstrap.py"), "agent"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("ran ['agent']"), done.stderr


def _oldest_python() -> str:
    """A Python 3.8 if this machine has one; else what is there."""
    roots = [Path(os.environ.get("PYENV_ROOT", "")), Path.home() / ".pyenv"]
    found = [str(path) for root in roots for path in root.glob("versions/3.8.*/bin/python3.8")]
    return (found or [shutil.which("python3.8") or shutil.which("python3") or "python3"])[0]
