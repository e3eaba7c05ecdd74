"""The understanding as it is trained from the present data: one training for all tests of this folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.understanding.server import launcher

launcher.prepare()

from bot.understanding.server.parse_file import ModelReader  # noqa: E402  (Rasa is imported prepared)
from tests.nlu.sentences import ROOT  # noqa: E402


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the present data: the one `./guanjia test` found or trained for the whole suite.

    Else one of this run, which Rasa's own cache makes quick where nothing changed.
    """
    if given := os.environ.get("GUANJIA_TEST_MODEL"):
        return Path(given)
    folder = tmp_path_factory.mktemp("model")
    words = ["train", "nlu", "--nlu", "nlu_data/nlu", "--config", "config.yml", "--domain", "domain.yml"]
    words += ["--fixed-model-name", "nlu", "--out", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "bot.understanding.server.launcher", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (folder / "nlu.tar.gz").exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return folder / "nlu.tar.gz"


@pytest.fixture(scope="session")
def reader(model: Path) -> Iterator[ModelReader]:
    """The model, ready to read."""
    reading = ModelReader(model)
    yield reading
    reading.close()
