"""All words a resident reads, loaded from data: `responses:` of the domain files and `labels:` files.

A response has variations; each may name conditions, a part of the answer (R13) and buttons. Labels are
the words for things the store knows by key (a status, a kind of case, "today"). Python holds keys only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml


class WordsError(ValueError):
    """A words file cannot be used: which file, which key, what to mend."""

    def __init__(self, path: Path | str, key: str, reason: str) -> None:
        super().__init__(f"{path}: {key}: {reason}")
        self.path, self.key, self.reason = str(path), key, reason


class Part(IntEnum):
    """Where a reply stands in one message: R13's order when somebody is upset."""

    GREETING = 0
    UNDERSTANDING = 1
    APOLOGY = 2
    ANSWER = 3
    NEXT = 4
    QUESTION = 5


@dataclass(frozen=True)
class Condition:
    """A value the situation or the slots must have; a list means any of them, null means not set."""

    name: str
    value: Any

    def holds(self, known: Mapping[str, Any]) -> bool:
        actual = known.get(self.name)
        return actual in self.value if isinstance(self.value, list) else actual == self.value


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Variation:
    """One wording of a response. `id` names it within its response; `part` places it in the message."""

    id: str
    text: str
    part: Part
    conditions: tuple[Condition, ...] = ()
    buttons: tuple[Button, ...] = ()
    buttons_from: str | None = None
    """The slot that holds further buttons: [{"title", "payload"}], placed before the static ones."""
    once: bool = False
    """Said at most once in a conversation, and preferred while it was not said."""

    def fits(self, known: Mapping[str, Any]) -> bool:
        return all(condition.holds(known) for condition in self.conditions)


@dataclass(frozen=True)
class Words:
    """Responses by key and labels by group; `sources` tells which file a response comes from."""

    responses: Mapping[str, tuple[Variation, ...]]
    labels: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, str] = field(default_factory=dict)

    def label(self, group: str, key: str) -> str:
        """Return the word for `key` ("accepted" → its Chinese name); KeyError when there is none."""
        return self.labels[group][key]


def load_words(paths: Iterable[Path]) -> Words:
    """Read every file of `paths` (a folder stands for its *.yml); raises WordsError with file and key."""
    responses: dict[str, tuple[Variation, ...]] = {}
    labels: dict[str, dict[str, str]] = {}
    sources: dict[str, str] = {}
    for path in _files(paths):
        content = _read(path)
        for key, variations in (content.get("responses") or {}).items():
            if key in responses:
                raise WordsError(path, key, f"already defined in {sources[key]}")
            responses[key] = _variations(path, key, variations)
            sources[key] = str(path)
        for group, names in (content.get("labels") or {}).items():
            labels.setdefault(group, {}).update({str(key): str(name) for key, name in names.items()})
    return Words(responses, labels, sources)


def project_words(project: Path) -> Words:
    """Return the words of a project folder: its front page, its topics, its labels, the desk's phrases."""
    labels = [project / "nlu_data" / name for name in ("labels.yml", "phrases.yml")]
    return load_words([project / "domain.yml", project / "nlu_data/domain", *labels])


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(path.glob("*.yml")) if path.is_dir() else [path]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise WordsError(path, "-", f"cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise WordsError(path, "-", f"is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise WordsError(path, "-", "must hold a mapping")
    return content


def _variations(path: Path, key: str, raw: Any) -> tuple[Variation, ...]:
    if not isinstance(raw, list) or not raw:
        raise WordsError(path, key, "must be a list of wordings")
    return tuple(_variation(path, key, index, one) for index, one in enumerate(raw))


def _variation(path: Path, key: str, index: int, raw: dict[str, Any]) -> Variation:
    metadata = raw.get("metadata") or {}
    try:
        return Variation(
            id=str(raw.get("id", index)),
            text=str(raw["text"]).strip(),
            part=Part[str(metadata.get("part", "answer")).upper()],
            conditions=tuple(Condition(one["name"], one["value"]) for one in raw.get("condition") or ()),
            buttons=tuple(Button(one["title"], one["payload"]) for one in raw.get("buttons") or ()),
            buttons_from=metadata.get("buttons_from"),
            once=bool(metadata.get("once", False)),
        )
    except (KeyError, TypeError) as error:
        raise WordsError(path, key, f"wording {index} lacks or does not know {error}") from error


class _Loader(yaml.SafeLoader):
    """YAML without its own ideas of dates and of yes/no in keys; true and false stay booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
