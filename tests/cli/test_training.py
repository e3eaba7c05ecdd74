"""What changed, how the scores moved, and what is put into use."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.process import models, sentences, training
from bot.process.faults import OperatorError

BLOCKS = """version: "3.1"
nlu:
- intent: repair
  metadata: {category: lift, upset: 1}
  examples: |
    - 电梯坏了
    - 电梯停了
- intent: greet
  examples: |
    - 你好
"""
SAME = {"intents": 0.95, "categories": 0.9, "upset": 0.88}


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu"
    folder.mkdir()
    (folder / "some.yml").write_text(BLOCKS, encoding="utf-8")
    return folder


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model in use, and a new one beside it that was just trained."""
    monkeypatch.setattr(models, "MODELS", tmp_path)
    for place, name in enumerate(("old", "new")):
        path = tmp_path / f"{name}.tar.gz"
        path.write_text(name)
        os.utime(path, (1_000_000 - place, 1_000_000 - place))
    monkeypatch.setattr(models, "model_path", lambda *, more=None: tmp_path / "new.tar.gz")

    async def trained(say: Any, *, again: bool, more: Path | None) -> Path:
        return tmp_path / "new.tar.gz"

    monkeypatch.setattr(models, "ensure_model", trained)
    return tmp_path


def scored(monkeypatch: pytest.MonkeyPatch, now: dict[str, float], worse: list[str]) -> None:
    """The held-out sentences were read with both models."""
    result = {"sentences": 400, "before": SAME, "now": {**SAME, **now}, "worse": worse}
    monkeypatch.setattr(training, "_scores", lambda *words: result)


def test_sentences_are_counted_by_kind_and_changes_named(nlu: Path) -> None:
    before = sentences.sentences_in([nlu])
    (nlu / "some.yml").write_text(
        BLOCKS.replace("    - 电梯停了\n", "    - 电梯卡住\n    - 电梯异响\n"), encoding="utf-8"
    )
    found = sentences.changes(before, sentences.sentences_in([nlu]))
    assert (found.total, found.kinds) == (4, 2)
    assert (found.added, found.removed) == ({"repair/lift": 2}, {"repair/lift": 1})


def test_the_list_beside_a_model_holds_no_sentence(nlu: Path, tmp_path: Path) -> None:
    sentences.keep(tmp_path / "list.json", sentences.sentences_in([nlu]))
    assert "电梯" not in (tmp_path / "list.json").read_text(encoding="utf-8")
    assert sentences.kept(tmp_path / "list.json") == sentences.sentences_in([nlu])
    assert sentences.kept(tmp_path / "nothing.json") is None


def train(say: list[str], tmp_path: Path, *, accept_worse: bool = False) -> Path:
    return training.train(say.append, more=tmp_path / "more", again=True, accept_worse=accept_worse)


def test_a_better_model_is_put_into_use_and_its_scores_told(
    shelf: Path, nlu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(monkeypatch, {"intents": 0.96}, [])
    sentences.keep(models.sentences_list(shelf / "old.tar.gz"), {"repair/lift": ["a"]})
    sentences.keep(models.sentences_list(shelf / "new.tar.gz"), {"repair/lift": ["a", "b"], "greet": ["c"]})
    told: list[str] = []
    assert train(told, shelf) == shelf / "new.tar.gz"
    assert told[0] == "sentences: 3 of 2 kinds; 2 added and 0 removed since the model in use"
    assert any("0.950   0.960  +0.010" in line for line in told)
    assert models.in_use() == shelf / "new.tar.gz"


def test_a_clearly_worse_one_is_not_unless_it_is_said(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored(monkeypatch, {"intents": 0.8}, ["intents"])
    with pytest.raises(OperatorError, match="clearly worse at intents; the one before it stays in use"):
        train([], shelf)
    assert models.in_use() == shelf / "old.tar.gz"
    assert models.kept_instead_of(shelf / "new.tar.gz") == shelf / "old.tar.gz"
    assert train([], shelf, accept_worse=True) == shelf / "new.tar.gz"
    assert models.kept_instead_of(shelf / "new.tar.gz") is None
    assert models.in_use() == shelf / "new.tar.gz"


def test_own_sentences_give_another_model(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "nlu_data").mkdir(parents=True)
    bare = models.fingerprint(project, tmp_path / "more")
    (tmp_path / "more").mkdir()
    assert models.fingerprint(project, tmp_path / "more") == bare
    (tmp_path / "more" / "corrected.yml").write_text(BLOCKS, encoding="utf-8")
    assert models.fingerprint(project, tmp_path / "more") != bare


def test_what_is_forgotten_is_forgotten_whole(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "KEPT", 1)
    models.sentences_list(shelf / "new.tar.gz").write_text(json.dumps({}), encoding="utf-8")
    models.refuse(shelf / "new.tar.gz", shelf / "old.tar.gz")
    models._forget_old()
    assert sorted(path.name for path in shelf.iterdir() if path.is_file()) == ["old.tar.gz"]
