"""The Rasa server's environment is what its lock says: without TensorFlow, and no other fault."""

import os
import shutil
import subprocess
import sys

import pytest

# What `uv pip check` may report: rasa asks for these, and requirements/rasa-overrides.txt keeps them out.
LEFT_OUT = {"tensorflow", "tensorflow-io-gcs-filesystem", "tensorflow-text", "tensorflow-hub"}


def test_the_environment_lacks_tensorflow_and_nothing_else() -> None:
    uv = os.environ.get("GUANJIA_UV") or shutil.which("uv")
    if uv is None:
        pytest.fail("uv is needed for this test: put it on PATH or its path into GUANJIA_UV.")
    checked = subprocess.run(
        [uv, "pip", "check", "--python", sys.executable], capture_output=True, text=True, check=False
    )
    faults = [line for line in checked.stderr.splitlines() if line.startswith("The package ")]
    assert {_missing(line) for line in faults} == LEFT_OUT, checked.stderr
    assert len(faults) == len(LEFT_OUT)


def _missing(fault: str) -> str:
    """Return the name of the package of which rasa says that it lacks it."""
    assert fault.startswith("The package `rasa` requires `"), fault
    assert fault.endswith("but it's not installed"), fault
    return fault.split("`")[3].split("=")[0].split(">")[0]
