"""`./guanjia up` as an operator meets it: started, stopped, killed, started twice, started wrongly.

The assistant's model is the one `./guanjia test` trained; the desk does not wait for it.
"""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.guanjia import Up, free_port, run, up

ANSWERED = "residents are answered from here on"
READY = "the assistant is ready"
TRAINING_SECONDS = 300
"""Only where no model fits the training data yet."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One `up` that runs for the tests that leave it as it is; its first start."""
    with up(tmp_path_factory.mktemp("up") / "data") as started:
        started.wait_for(ANSWERED)
        yield started


def test_the_first_start_tells_addresses_and_a_login(running: Up) -> None:
    said = "\n".join(running.lines)
    assert f"web chat     {running.url}/" in said
    assert f"desk page    {running.url}/desk/" in said
    assert re.search(r"the sample estate is in: \d+ homes", said)
    assert re.search(r"first login  admin   password  \S{4}-\S{4}-\S{4}", said)


def test_web_chat_desk_page_and_health_answer(running: Up) -> None:
    with httpx.Client(base_url=running.url, trust_env=False, follow_redirects=True) as browser:
        assert browser.get("/").status_code == 200
        assert browser.get("/desk/").status_code == 200
        assert browser.get("/health").json()["store"] == "ok"


def test_a_second_one_on_the_same_folder_is_refused(running: Up) -> None:
    done = run("up", "--data", str(running.data), "--port", str(free_port()))
    assert done.returncode == 1
    expected = f"another ./guanjia up serves it already (process {running.process.pid}, {running.url})"
    assert expected in done.stderr


def test_a_port_in_use_is_one_line_with_the_mend(running: Up, tmp_path: Path) -> None:
    done = run("up", "--data", str(tmp_path / "data"), "--port", str(running.port))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert (
        f"port {running.port}: is in use by another program; stop that one, or start with --port"
        in done.stderr
    )


def test_the_loopback_ports_are_nobody_elses(running: Up) -> None:
    now = json.loads((running.data / "running.json").read_text())
    for port in (now["actions_port"], now["rasa_port"]):
        with closing(socket.socket()) as probe, pytest.raises(OSError, match="in use"):
            probe.bind(("127.0.0.1", port))


def test_residents_are_heard_and_understood(running: Up) -> None:
    if not any(READY in line for line in running.lines):
        running.wait_for(READY, TRAINING_SECONDS)
    lines = [{"text": "你好"}, {"text": ""}, {"text": "转人工"}]
    done = run(
        *["chat", "--jsonl", "--data", str(running.data), "--resident", "王阿姨", "--home", "3-2-1201"],
        stdin="".join(f"{json.dumps(line)}\n" for line in lines),
    )
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    turns = [line for line in said if "turn" in line]
    assert [turn["turn"] for turn in turns] == [1, 2, 3]
    assert turns[0]["intent"] == "greet"
    assert [turn["mode"] for turn in turns] == ["bot", "bot", "waiting"]
    assert {"matters", "upset", "emergency", "cases"} <= set(turns[0])
    greeting = said[0]
    assert (greeting["from"], greeting["buttons"]) == ("bot", greeting["buttons"])
    assert greeting["text"]
    assert 0 < greeting["ms"] < 60_000
    assert [line["error"]["code"] for line in said if "error" in line] == ["empty_message"]


def test_a_visitor_gets_no_turn_lines(running: Up) -> None:
    with httpx.Client(base_url=running.url, trust_env=False) as visitor:
        session = visitor.post("/chat/api/session", json={})
        assert session.status_code == 201
        assert visitor.get("/chat/api/turns?after=0").status_code == 403


def test_doctor_sees_it_run(running: Up) -> None:
    done = run("doctor", "--data", str(running.data))
    assert f"ok    desk: answers at {running.url}/health" in done.stdout


def test_a_backup_is_made_while_it_runs(running: Up, tmp_path: Path) -> None:
    done = run("backup", str(tmp_path / "backup.tar.gz"), "--data", str(running.data))
    assert done.returncode == 0, done.stderr
    assert run("restore", str(tmp_path / "backup.tar.gz"), "--data", str(tmp_path / "new")).returncode == 0


def test_a_killed_desk_is_started_again(running: Up) -> None:
    pid = next(pid for pid, command in running.living().items() if "-m bot.serve" in command)
    os.kill(pid, signal.SIGKILL)
    assert "starting it again in " in running.wait_for("desk ended by signal SIGKILL")
    until = time.monotonic() + 30
    while True:
        try:
            assert httpx.get(f"{running.url}/health", trust_env=False).status_code == 200
            return
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.05)  # waits for another process, not for our own code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_a_few_seconds(tmp_path: Path, number: signal.Signals) -> None:
    with up(tmp_path / "data") as running:
        running.wait_for(ANSWERED)
        began = time.monotonic()
        assert running.stop(number) == 0
        assert time.monotonic() - began < 10
        assert running.living() == {}
        assert "stopped; nothing is lost" in running.wait_for("stopped")
        assert not (running.data / "running.json").exists()


def test_killed_hard_nothing_is_left_and_it_starts_again_at_once(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        running.wait_for(ANSWERED)
        running.stop(signal.SIGKILL)
        running.wait_until_nothing_lives()
    with up(tmp_path / "data", port=running.port) as again:
        again.wait_for(ANSWERED)
        assert not any(word in line for line in again.lines for word in ("building", "first login", "sample"))


def test_stopped_while_the_assistant_starts_nothing_is_left(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        running.wait_for("web chat")
        running.stop(signal.SIGINT)
        assert running.living() == {}


def test_without_the_sample_there_are_no_homes(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--no-sample") as running:
        running.wait_for(ANSWERED)
        assert any("first login" in line for line in running.lines)
        assert not any("sample" in line for line in running.lines)
    assert "hint  homes: none" in run("doctor", "--data", str(tmp_path / "data")).stdout


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("estate.yml", "name: [锦绣", r"estate\.yml: estate\.yml line 1, column \d+: .+; mend the YAML"),
        ("estate.yml", "nmae: 锦绣花园", r"nmae: is no setting the desk knows; did you mean name\?"),
        (
            "secrets.json",
            '{"rasa_secret": ""}',
            r"secrets\.json, rasa_secret: is damaged .+; restore",
        ),
        (
            "guanjia.db",
            "no database at all, only a text",
            r"database .+; .+",
        ),
    ],
)
def test_a_damaged_file_is_named_with_its_mend(tmp_path: Path, file: str, content: str, said: str) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    done = run("up", "--data", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 1
    assert re.search(said, done.stderr), done.stderr
    assert all(line.startswith("guanjia: ") for line in done.stderr.strip().splitlines()), done.stderr
    assert (tmp_path / file).read_text(encoding="utf-8") == content


def test_an_address_that_is_not_ours_is_one_line(tmp_path: Path) -> None:
    done = run("up", "--data", str(tmp_path / "data"), "--host", "192.0.2.1", "--port", str(free_port()))
    assert done.returncode == 1
    assert "give an address of this machine with --host" in done.stderr
