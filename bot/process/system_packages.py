"""What the tests need of the system itself: a browser, Chinese letters to see with it, a PostgreSQL."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from bot.process.faults import OperatorError

Say = Callable[[str], None]


BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
"""Debian's Chromium by the names it has had, and its twin."""


def browser_program() -> Path | None:
    """The browser that the tests drive; None where there is none."""
    return next((Path(found) for name in BROWSERS if (found := shutil.which(name))), None)


def has_browser() -> bool:
    return browser_program() is not None


def has_chinese_fonts() -> bool:
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
        if listed.stdout.strip():
            return True
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


def has_postgres() -> bool:
    return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


PACKAGES: dict[str, Callable[[], bool]] = {
    "chromium": has_browser,
    "fonts-noto-cjk": has_chinese_fonts,
    "postgresql": has_postgres,
}
"""Debian's name of each, and whether it (or its like) is there."""


def missing_packages() -> list[str]:
    """Those of PACKAGES that are not there."""
    return [name for name, is_there in PACKAGES.items() if not is_there()]


def bring_packages(say: Say) -> None:
    """Install what is missing, as root; else say exactly what to install. Raises OperatorError."""
    missing = missing_packages()
    if not missing:
        return
    by_hand = f"install it: apt-get install {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise OperatorError("tests", f"{', '.join(missing)} missing, and we are not root", by_hand)
    say(f"installing {', '.join(missing)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode != 0 and words[0] == "install":
            reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["apt-get failed"])[-1]
            raise OperatorError("tests", f"{', '.join(missing)} missing: {reason}", by_hand)
