"""A model is found by the content it is made from."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.process import models
from bot.process.faults import OperatorError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("config.yml", "domain.yml", "nlu_data/nlu/repair.yml", "policies/desk.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path


def test_the_same_content_gives_the_same_name_wherever_it_lies(project: Path) -> None:
    before = models.fingerprint(project)
    os.utime(project / "config.yml", (0, 0))
    (project / "policies" / "__pycache__").mkdir()
    (project / "policies" / "__pycache__" / "desk.pyc").write_bytes(b"\0")
    (project / "README.md").write_text("not trained from")
    assert models.fingerprint(project) == before


@pytest.mark.parametrize("name", ["config.yml", "nlu_data/nlu/repair.yml", "policies/desk.py"])
def test_a_changed_word_gives_another(project: Path, name: str) -> None:
    before = models.fingerprint(project)
    (project / name).write_text("changed", encoding="utf-8")
    assert models.fingerprint(project) != before


def test_a_renamed_or_new_file_gives_another(project: Path) -> None:
    names = {models.fingerprint(project)}
    (project / "nlu_data" / "nlu" / "repair.yml").rename(project / "nlu_data" / "nlu" / "fee.yml")
    names.add(models.fingerprint(project))
    (project / "nlu_data" / "nlu" / "new.yml").write_text("")
    names.add(models.fingerprint(project))
    assert len(names) == 3


def test_old_models_go_and_the_newest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MODELS", tmp_path)
    for age in range(models.KEPT + 3):
        path = tmp_path / f"{age}.tar.gz"
        path.write_text("")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    models._forget_old()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{age}.tar.gz" for age in range(models.KEPT)]


def test_data_that_cannot_be_trained_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MODELS", tmp_path / "models")
    monkeypatch.setattr(models, "HOME", tmp_path)
    monkeypatch.setattr(
        models, "rasa_command", lambda *_: ["sh", "-c", "echo 'domain.yml is broken'; exit 1"]
    )
    with pytest.raises(OperatorError, match=r"training: ended with code 1: domain.yml is broken; read .*log"):
        asyncio.run(models.ensure_model(lambda _: None))
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["train.lock"]


def test_two_that_ask_at_once_train_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MODELS", tmp_path / "models")
    monkeypatch.setattr(models, "HOME", tmp_path)
    count = tmp_path / "count"
    script = f'echo once >> "{count}"; mkdir -p "$5"; touch "$5/$3.tar.gz"'
    monkeypatch.setattr(models, "rasa_command", lambda *words: ["sh", "-c", script, "rasa", *words])

    async def both() -> list[Path]:
        return list(await asyncio.gather(*(models.ensure_model(lambda _: None) for _ in range(2))))

    first, second = asyncio.run(both())
    assert first == second
    assert first.exists()
    assert count.read_text().splitlines() == ["once"]
