"""Modules that can be imported and do nothing, for packages that Rasa imports and this server never uses.

What is looked up in such a module is a class that serves as base class, decorator, annotation or, by its
name, as exception, which is all that importing Rasa asks of it. Nothing here can compute or connect.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Collection, Iterator, Sequence
from typing import Any


def stand_in_for(packages: Collection[str], *, even_if_installed: bool = False) -> None:
    """From now on import placeholders for these packages: where they are missing, or in any case."""
    finder = _Finder(packages)
    if even_if_installed:
        sys.meta_path.insert(0, finder)
    else:
        sys.meta_path.append(finder)


def is_stood_in_for(package: str) -> bool:
    """Tell whether placeholders answer for this package where it is missing, or in any case."""
    return any(isinstance(finder, _Finder) and package in finder.packages for finder in sys.meta_path)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of some packages."""

    def __init__(self, packages: Collection[str]) -> None:
        self.packages = frozenset(packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave the module empty: names are made when they are looked up."""


class _Module(types.ModuleType):
    """A module in which every name exists."""

    def __getattr__(self, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        value = _placeholder(name)
        setattr(self, name, value)
        return value


class _Placeholder(type):
    """The type of what is looked up in a placeholder module; what is looked up in that is one again."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> Any:
        # A class that Rasa derives from a placeholder is an ordinary class again.
        namespace.setdefault("_stands_in", not bases)
        return super().__new__(mcs, name, bases, namespace)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(name, bases, namespace)

    def __getattr__(cls, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        value = _placeholder(name)
        setattr(cls, name, value)
        return value

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


def _placeholder(name: str) -> Any:
    if name.endswith(("Error", "Exception", "Failure")):
        # It may stand in an except clause.
        return type(name, (Exception,), {"__module__": __name__})
    return _Placeholder(name, (), {"__module__": __name__})


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
