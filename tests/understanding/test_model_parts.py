"""What a server must import is told by its model's parts."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from bot.understanding.server.model_parts import needs_scikit_learn, parts_of

OURS = ["bot.understanding.tokenizer.ChineseTokenizer", "rasa.core.policies.rule_policy.RulePolicy"]
STOCK = "rasa.nlu.classifiers.logistic_regression_classifier.LogisticRegressionClassifier"


def model_of(parts: list[str], folder: Path) -> Path:
    """A model's archive as Rasa writes it, its metadata alone."""
    nodes = {str(place): {"uses": part} for place, part in enumerate(parts)}
    content = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    entry = tarfile.TarInfo("metadata.json")
    entry.size = len(content)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(content))
    return folder / "model.tar.gz"


@pytest.mark.parametrize(("parts", "needed"), [(OURS, False), ([*OURS, STOCK], True)])
def test_scikit_learn_is_left_out_where_all_parts_are_known(
    parts: list[str], needed: bool, tmp_path: Path
) -> None:
    model = model_of(parts, tmp_path)
    assert parts_of(model) == parts
    assert needs_scikit_learn(["run", "-m", str(model)]) is needed
    assert needs_scikit_learn(["run", "--model", str(model), "-p", "5005"]) is needed


def test_without_a_model_nothing_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_text("no archive")
    for arguments in (["run"], ["run", "-m", str(tmp_path)], ["run", "-m", str(tmp_path / "broken.tar.gz")]):
        assert needs_scikit_learn(arguments) is True
