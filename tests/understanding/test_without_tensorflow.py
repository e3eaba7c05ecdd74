"""Rasa works where TensorFlow is not installed, and what needs it is named in one clear line."""

import importlib
import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.recipes import default_components
from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.understanding.server import placeholders, tensorflow_standin
from tests.understanding.rasa_server import PROJECT, ROOT


@pytest.mark.parametrize("config", ["config.yml", "tests/understanding/project/config.yml"])
def test_no_config_of_ours_names_a_component_that_needs_tensorflow(config: str) -> None:
    named = tensorflow_standin.needing_tensorflow(yaml.safe_load((ROOT / config).read_text()))
    assert not named, f"{config} names {named}: these need TensorFlow, which is not installed (docs/rasa.md)"


def test_a_component_that_needs_tensorflow_is_found_by_whatever_name() -> None:
    config = {
        "pipeline": [{"name": "JiebaTokenizer"}, {"name": "rasa.nlu.classifiers.DIETClassifier"}],
        "policies": [{"name": "RulePolicy"}, {"name": "TEDPolicy"}],
    }
    assert tensorflow_standin.needing_tensorflow(config) == [
        "rasa.nlu.classifiers.DIETClassifier",
        "TEDPolicy",
    ]
    assert tensorflow_standin.needing_tensorflow({"pipeline": None}) == []


def test_the_list_of_what_needs_tensorflow_is_that_of_rasas_registry() -> None:
    needing = {name for name, known in _registry().items() if _computes_with_tensorflow(known)}
    assert needing == tensorflow_standin.NEEDS_TENSORFLOW


def test_training_with_a_component_that_needs_tensorflow_says_so(tmp_path: Path) -> None:
    project = shutil.copytree(PROJECT, tmp_path / "project")
    config = project / "config.yml"
    config.write_text(config.read_text().replace("LogisticRegressionClassifier", "DIETClassifier"))
    trained = subprocess.run(
        [sys.executable, "-m", "bot.understanding.server.launcher", "train"],
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert trained.returncode == 1
    assert "names DIETClassifier, which needs TensorFlow" in trained.stdout + trained.stderr


def test_the_stand_in_stays_out_where_the_real_one_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tensorflow.py").write_text("__version__ = 'real'")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from bot.understanding.server import launcher, tensorflow_standin\n"
        "launcher.prepare()\n"
        "import tensorflow\n"
        "print(tensorflow.__version__, tensorflow_standin.is_installed())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["real", "False"]


def test_a_placeholder_serves_as_base_class_decorator_annotation_and_exception() -> None:
    placeholders.stand_in_for({"no_such_package_of_ours"})
    module: Any = importlib.import_module("no_such_package_of_ours.deep.inside")

    def plain(value: int) -> int:
        return value + 1

    derived = type("Derived", (module.keras.Model,), {"size": lambda self: 3})
    assert derived().size() == 3
    assert module.function(plain)(1) == 2
    assert module.register(package="x")(plain)(1) == 2
    assert list[module.Tensor] == list[module.Tensor]
    with pytest.raises(module.errors.NotFoundError):
        raise module.errors.NotFoundError
    assert not hasattr(module, "__wrapped__")


def _registry() -> dict[str, type]:
    assert default_components.DEFAULT_COMPONENTS  # importing it is what fills the registry
    registered = DefaultV1Recipe._registered_components
    return {
        name: known.clazz for name, known in registered.items() if known.clazz.__module__.startswith("rasa.")
    }


def _computes_with_tensorflow(component: type) -> bool:
    source = inspect.getsource(importlib.import_module(component.__module__))
    return "import tensorflow as tf" in source
