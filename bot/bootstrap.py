"""What `./guanjia` does before any of our code can run: finds or fetches uv and the Pythons, builds the
locked environments under .guanjia/envs, and hands over to `bot.cli` in the one that the command needs.

Standard library only, Python 3.8 or newer. An environment is a folder named by the hash of its lock
(`.desk-<hash>`, complete when it holds `.complete`) and a link `desk` to it: it is rebuilt only when
the lock changed, a half-built one is never used, and a desk that runs keeps the one it started from.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn, Sequence

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".guanjia"
ENVS = HOME / "envs"
LOCKS = PROJECT / "requirements"
OWN_PYTHON = os.path.realpath(sys.executable)
"""Ours, at its real place: we may be running from an environment that is about to be built anew."""
PYTHONS = {"desk": ("3.12", "3.11", "3.13"), "rasa": ("3.10",)}
LOCK_FILES = {
    "desk": "desk.txt",
    "rasa": "rasa.txt",
    "desk-dev": "dev.txt",
    "rasa-dev": "rasa-dev.txt",
    "rasa-tensorflow": "rasa-tensorflow.txt",
}
NEEDS = {
    "up": ("desk", "rasa"),
    "train": ("desk", "rasa"),
    "parse": ("desk", "rasa"),
    "rasa": ("desk", "rasa"),
    "test": ("desk-dev", "rasa-dev", "desk", "rasa"),
    "lint": ("desk-dev", "rasa-dev"),
    "fmt": ("desk-dev",),
    "bench": ("desk", "rasa", "rasa-tensorflow"),
}
"""The environments of a command, the one that runs it first; all others need `desk` alone."""
BENCH_NEEDS = {
    "emergency": ("desk", "desk-dev", "rasa"),
    "telegram": ("desk", "desk-dev"),
    "workspace": ("desk", "desk-dev"),
    "handbook": ("desk", "rasa"),
}
"""What a benchmark needs that leaves the stock peer out."""
PROBE = "import sys, sqlite3, ssl, ctypes, zlib, bz2; print('%d.%d' % sys.version_info[:2], sys.executable)"
USAGE = """Guanjia 管家. The first command builds what it needs (some minutes); then each has its own --help:
  up · chat · train · parse · import · agent · backup · restore · telegram · doctor · rasa
  test · lint · fmt · bench"""


class BootstrapError(Exception):
    """Says in one line what is missing and what to do."""


def main(arguments: Sequence[str]) -> None:
    """Build what the command needs, then become the command."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    needs = needed(command, arguments)
    if not command and not is_built("desk"):
        print(USAGE)
        return
    missing = [name for name in needs if not is_built(name)]
    if missing:
        with only_one("build.lock", "another ./guanjia is building the environments"):
            for name in needs:
                if not is_built(name):  # the other one may have built it meanwhile
                    build(name)
    python = (ENVS / needs[0]).resolve() / "bin" / "python"
    environ = dict(os.environ, PYTHONPATH=str(PROJECT), GUANJIA_COMMAND="./guanjia")
    environ.pop("PYTHONHOME", None)
    uv = known_uv()
    if uv is not None:
        environ["GUANJIA_UV"] = str(uv)
    sys.stdout.flush()
    os.execve(str(python), [str(python), "-P", "-m", "bot.cli", *arguments], environ)


# --- environments -----------------------------------------------------------------------------------


def needed(command: str, arguments: Sequence[str]) -> Sequence[str]:
    """The environments to build. A command that is only asked for its help needs the one that runs it."""
    needs = NEEDS.get(command, ("desk",))
    if command == "bench":
        after = list(arguments)[list(arguments).index(command) + 1 :]
        needs = BENCH_NEEDS.get(after[0] if after else "", needs)
    if command != "rasa" and any(word in ("-h", "--help") for word in arguments):  # `rasa`'s help is Rasa's
        return needs[:1]
    return needs


def folder_of(name: str) -> Path:
    """Where the environment of the lock as it is now belongs."""
    lock = (LOCKS / LOCK_FILES[name]).read_bytes()
    return ENVS / f".{name}-{hashlib.sha256(lock).hexdigest()[:12]}"


def is_built(name: str) -> bool:
    """Does the link `name` lead to a complete environment of the present lock, with its Python in place?"""
    folder, link = folder_of(name), ENVS / name
    return (
        link.is_symlink()
        and os.readlink(str(link)) == folder.name
        and (folder / ".complete").exists()
        and (folder / "bin" / "python").exists()
    )


def build(name: str) -> None:
    """Make the environment beside what is there, then turn the link to it."""
    folder, link = folder_of(name), ENVS / name
    ENVS.mkdir(parents=True, exist_ok=True)
    if not ((folder / ".complete").exists() and (folder / "bin" / "python").exists()):
        started = time.monotonic()
        uv = find_uv()
        python = find_python(name.split("-")[0], uv)
        say(f"{name}: building the environment ({python}) …")
        shutil.rmtree(str(folder), ignore_errors=True)
        run([uv, "venv", "--quiet", "--no-project", "--python", python, folder], name)
        # `sync`, not `install`: only it takes Rasa's override together with hashes.
        sync = [uv, "pip", "sync", "--require-hashes", "--python", folder / "bin" / "python"]
        if not name.endswith("-dev"):
            sync.append("--compile-bytecode")  # else the first start after the build is slow
        run([*sync, *([] if sys.stderr.isatty() else ["--quiet"]), LOCKS / LOCK_FILES[name]], name)
        (folder / ".complete").touch()
        say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    before = turn_link(link, folder)
    for old in ENVS.glob(f".{name}-*"):
        # The one before stays: a desk that still runs from it goes on importing.
        if old.name not in (folder.name, before) and old.name.count("-") == folder.name.count("-"):
            shutil.rmtree(str(old), ignore_errors=True)


def turn_link(link: Path, folder: Path) -> str:
    """Point `link` at `folder` in one step; returns the name of what it meant before, or ""."""
    before = os.readlink(str(link)) if link.is_symlink() else ""
    if link.is_dir() and not link.is_symlink():  # made by hand
        before = "." + link.name + "-by_hand"
        link.rename(link.with_name(before))
    new = link.with_name(f".{link.name}.{os.getpid()}")
    new.symlink_to(folder.name)
    new.replace(link)
    return before


# --- Pythons ----------------------------------------------------------------------------------------


def find_python(side: str, uv: Path) -> str:
    """A Python for that side of the house, found on this machine or else fetched by uv."""
    for version in PYTHONS[side]:
        for candidate in candidates(version):
            if os.access(candidate, os.X_OK):
                found = probe(candidate)
                if found and found[0] == version:
                    return found[1]
    wanted = PYTHONS[side][0]
    say(f"{side}: no Python {wanted} on this machine, fetching one …")
    if subprocess.call([str(uv), "python", "install", wanted], env=uv_environ()) == 0:
        found_by_uv = subprocess.run(
            [str(uv), "python", "find", "--managed-python", "--no-project", wanted],
            stdout=subprocess.PIPE,
            env=uv_environ(),
        )
        if found_by_uv.returncode == 0:
            return found_by_uv.stdout.decode().strip()
    raise BootstrapError(
        f"Python {wanted} (for the {side} side): not on PATH, under pyenv, /usr/local or /opt, and it could "
        f"not be fetched; install it, e.g. pyenv install {wanted}"
    )


def candidates(version: str) -> Iterator[str]:
    """Paths where a Python of that version may lie, the likeliest first."""
    executable = "python" + version
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield os.path.join(folder, executable)
    pyenv = [os.environ.get("PYENV_ROOT", ""), os.path.expanduser("~/.pyenv")]
    for root in filter(None, pyenv):
        yield from sorted(glob.glob(f"{root}/versions/{version}.*/bin/{executable}"), reverse=True)
    for folder in ("/usr/local/bin", "/usr/bin", "/opt/*/bin", "/opt/*/*/bin", "/usr/local/*/bin"):
        yield from sorted(glob.glob(os.path.join(folder, executable)))


def probe(python: str) -> tuple[str, str] | None:
    """(version, real executable) of a Python that has all we need, or None."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, executable = done.stdout.decode().strip().partition(" ")
    return (version, executable) if done.returncode == 0 and executable else None


# --- uv ---------------------------------------------------------------------------------------------


def known_uv() -> Path | None:
    """The uv on PATH, if it is as new as the pinned one, or the one fetched before."""
    pinned = LOCKS / "uv.txt"
    own = HOME / "uv" / hashlib.sha256(pinned.read_bytes()).hexdigest()[:12] / "bin" / "uv"
    if own.exists():
        return own
    installed = shutil.which("uv")
    if installed:
        try:
            version = subprocess.check_output([installed, "--version"], timeout=30).decode().split()[1]
            wanted = pinned.read_text().split("==", 1)[1].split()[0]
            if numbers(version) >= numbers(wanted):
                return Path(installed)
        except (OSError, subprocess.SubprocessError, IndexError, ValueError):
            pass  # a uv that cannot say its version is not used
    return None


def find_uv() -> Path:
    """A uv to build with, fetched by pip with its hash checked if there is none."""
    known = known_uv()
    if known is not None:
        return known
    pinned = LOCKS / "uv.txt"
    target = HOME / "uv" / hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]
    half = target.with_name(f".half-{os.getpid()}")
    say("uv: fetching the pinned version with pip …")
    with pip_command(HOME / f".pip-{os.getpid()}") as pip:
        install = [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:"]
        shutil.rmtree(str(half), ignore_errors=True)
        half.parent.mkdir(parents=True, exist_ok=True)
        run(
            [*install, "--target", half, "-r", pinned],
            "uv",
            dict(os.environ, PIP_USER="0", PIP_ROOT_USER_ACTION="ignore"),
        )
    shutil.rmtree(str(target), ignore_errors=True)
    half.rename(target)
    return target / "bin" / "uv"


@contextmanager
def pip_command(scratch: Path) -> Iterator[list[str]]:
    """The words of a pip that works: a Python's own one, or that of a passing virtual environment."""
    pythons = [OWN_PYTHON]
    for side in PYTHONS.values():
        pythons += [path for version in side for path in candidates(version) if os.access(path, os.X_OK)]
    pythons.append("/usr/bin/python3")
    try:
        for python in pythons:
            if succeeds([python, "-m", "pip", "--version"]):
                yield [python, "-m", "pip"]
                return
        for python in pythons:
            if succeeds([python, "-m", "venv", str(scratch)]):
                yield [str(scratch / "bin" / "python"), "-m", "pip"]
                return
        if os.geteuid() == 0 and shutil.which("apt-get"):
            say("pip: no Python here has it, installing python3-pip …")
            if succeeds(["apt-get", "install", "-y", "-q", "python3-pip"]):
                yield ["/usr/bin/python3", "-m", "pip"]
                return
        raise BootstrapError("pip: no Python here has it; install it, e.g. apt-get install python3-pip")
    finally:
        shutil.rmtree(str(scratch), ignore_errors=True)


def uv_environ() -> dict[str, str]:
    """uv with the machine's certificates, and the index that pip is told by its environment."""
    environ = dict(os.environ, UV_NO_PROGRESS="" if sys.stderr.isatty() else "1")
    environ.setdefault("UV_SYSTEM_CERTS", "1")
    environ.setdefault("UV_HTTP_TIMEOUT", "180")
    index = environ.get("PIP_INDEX_URL")
    if index and "UV_INDEX_URL" not in environ:
        environ.setdefault("UV_DEFAULT_INDEX", index)
    environ.pop("VIRTUAL_ENV", None)
    return {name: value for name, value in environ.items() if value}


# --- small tools ------------------------------------------------------------------------------------


@contextmanager
def only_one(name: str, why: str) -> Iterator[None]:
    """Hold the lock file; says why it waits, if it must."""
    HOME.mkdir(parents=True, exist_ok=True)
    with open(str(HOME / name), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(why + ", waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: Sequence[object], name: str, environ: dict[str, str] | None = None) -> None:
    """Run it to its end, telling now and then that it still runs; raises BootstrapError if it failed.

    It runs under the leash, so that it ends even when we are killed.
    """
    leash = str(PROJECT / "bot" / "process" / "leash.py")
    words = [OWN_PYTHON, "-I", leash, str(os.getpid()), *map(str, command)]
    process = subprocess.Popen(words, env=environ or uv_environ(), stdin=subprocess.DEVNULL)
    started = time.monotonic()
    try:
        while True:
            try:
                code = process.wait(timeout=20)
                break
            except subprocess.TimeoutExpired:
                if not sys.stderr.isatty():
                    say(f"{name}: still at it after {time.monotonic() - started:.0f} s …")
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    if code != 0:
        raise BootstrapError(
            f"{name}: could not be built (see the lines above); mend the network or the disk and start again"
        )


def succeeds(command: list[str]) -> bool:
    try:
        quiet = subprocess.DEVNULL
        return subprocess.call(command, stdin=quiet, stdout=quiet, stderr=quiet) == 0
    except OSError:
        return False


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def say(line: str) -> None:
    print("guanjia · " + line, file=sys.stderr, flush=True)


def stop(line: str, code: int) -> NoReturn:
    print("guanjia: " + line, file=sys.stderr, flush=True)
    raise SystemExit(code)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BootstrapError as error:
        stop(str(error), 1)
    except KeyboardInterrupt:
        stop("stopped", 130)
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}; free space or make the folder writable", 1)
