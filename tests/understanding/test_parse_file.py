"""A file of texts is understood line by line, as the server would."""

import json
import subprocess
import sys
from pathlib import Path

from tests.understanding.rasa_server import ROOT, RasaServer

LINES = ["电梯坏了", "", "/thanks", "谢谢\u2028你", "  门禁  "]


def test_each_line_gets_the_servers_parse_in_order(rasa: RasaServer, model: Path) -> None:
    done = _parse_file(model, "\n".join(LINES).encode() + b"\r\n")
    assert done.returncode == 0, done.stderr.decode()
    parses = [json.loads(line) for line in done.stdout.splitlines()]
    assert [parse["text"] for parse in parses] == LINES
    assert parses == rasa.parse(*LINES)


def test_a_model_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_text("no archive")
    assert _parse_file(tmp_path / "broken.tar.gz", b"x\n").returncode != 0


def _parse_file(model: Path, lines: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "bot.understanding.server.parse_file", "--model", str(model)]
    return subprocess.run(command, input=lines, cwd=ROOT, capture_output=True, check=False)
