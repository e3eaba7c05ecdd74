"""Lets Rasa be imported where TensorFlow is not installed.

Rasa 3.6 imports TensorFlow in nearly every room, for components our pipeline does not use. The
placeholders made here answer those imports (base classes, decorators, annotations) and nothing else: no
component that computes with TensorFlow can work on them, and `needing_tensorflow` names those in a
config before anything is trained. Why and what it saves: docs/rasa.md.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STOOD_IN_FOR = frozenset({"tensorflow", "tensorflow_hub", "tensorflow_text", "keras"})

# Rasa's own components that compute with TensorFlow (a test compares this with Rasa's registry).
NEEDS_TENSORFLOW = frozenset(
    {
        "DIETClassifier",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
    }
)


def install() -> bool:
    """Stand in for TensorFlow from now on; False where the real one is installed, which then is used."""
    if is_installed() or importlib.util.find_spec("tensorflow") is not None:
        return False
    sys.meta_path.append(_Finder())
    return True


def is_installed() -> bool:
    """Tell whether the stand-in answers for TensorFlow in this process."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def needing_tensorflow(config: Mapping[str, Any]) -> list[str]:
    """Return the components and policies of a Rasa config that only work with the real TensorFlow."""
    parts = [*(config.get("pipeline") or []), *(config.get("policies") or [])]
    names = [str(part.get("name", "")) if isinstance(part, Mapping) else str(part) for part in parts]
    return [name for name in names if name.rsplit(".", 1)[-1] in NEEDS_TENSORFLOW]


class _Placeholder(type):
    """The type of every name looked up in a stood-in module: a class that yields more placeholders."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> Any:
        # A class Rasa derives from a placeholder is an ordinary class again.
        namespace.setdefault("_stands_in", not bases)
        return super().__new__(mcs, name, bases, namespace)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(name, bases, namespace)

    def __getattr__(cls, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        return _placeholder(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not cls.__dict__["_stands_in"]:
            return super().__call__(*args, **kwargs)
        # Used as a decorator, or as a maker of decorators: the decorated thing stays as it is.
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return cls

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __iter__(cls) -> Iterator[Any]:
        return iter(())


class _Module(types.ModuleType):
    """A module in which every name exists."""

    def __getattr__(self, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        value = _placeholder(name)
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds any module of the packages stood in for; asked last, so anything really there wins."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in STOOD_IN_FOR:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave the module empty: names are made when they are looked up."""


def _placeholder(name: str) -> Any:
    return _Placeholder(name, (), {"__module__": __name__})


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
