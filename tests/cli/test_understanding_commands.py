"""`parse`, `train` and `rasa` with the really trained model."""

import json

from tests.support.guanjia import run

KEYS = {
    "text", "intent", "confidence", "matters", "entities", "upset",
    "emergency", "emergency_certain", "handbook", "manner",
}  # fmt: skip


def test_each_line_is_understood_in_order() -> None:
    lines = ["厨房水管漏水了，3栋2单元1201", "", "\u202e👍\x00", "物业费怎么算的", "\u2028一行"]
    done = run("parse", "--file", "-", stdin="\n".join(lines) + "\n", timeout=400)
    assert done.returncode == 0, done.stderr
    parses = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(parses) == len(lines)
    assert all(set(parse) == KEYS for parse in parses)
    assert (parses[0]["text"], parses[0]["intent"]) == (lines[0], "repair")
    assert {"entity": "home", "value": "3-2-1201", "start": 8, "end": 17} in parses[0]["entities"]
    assert parses[3]["intent"] == "fee"


def test_nothing_but_the_parses_is_said() -> None:
    done = run("parse", "--file", "-", stdin="你好\n", timeout=400)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_is_not_there_is_one_line() -> None:
    done = run("parse", "--file", "nowhere.txt")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "--file nowhere.txt: No such file or directory; name a text file" in done.stderr


def test_training_again_with_nothing_changed_takes_no_training() -> None:
    first, second = run("train", "--accept-worse", timeout=400), run("train")
    assert first.returncode == 0, first.stderr
    assert second.stderr == ""
    assert second.stdout == first.stdout
    assert second.stdout.strip().endswith(".tar.gz")


def test_the_rasa_command_is_rasas_own() -> None:
    assert "Rasa Version" in run("rasa", "--version").stdout
    assert "usage: rasa train" in run("rasa", "train", "--help").stdout
    assert run("rasa", "nonsense").returncode != 0
