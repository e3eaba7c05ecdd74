"""Reads the Rasa project as this house lays it out: one front page, one file per topic.

`domain.yml` is joined with `nlu_data/domain/*.yml`; training data is `nlu_data/nlu` and
`nlu_data/rules` unless the command line names another place that exists, and beside them the installation's
own sentences where GUANJIA_MORE_SENTENCES names their folder.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.server import tensorflow_standin

TRAINING_DATA = ("nlu_data/nlu", "nlu_data/rules")
TOPICS = "nlu_data/domain"
MORE_SENTENCES = "GUANJIA_MORE_SENTENCES"
"""The folder of an installation's own sentences (`./guanjia train --review` writes them)."""


class ProjectImporter(RasaFileImporter):
    """Named in config.yml under `importers`; must be the only one there."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        root = Path(config_file).resolve().parent if config_file else Path.cwd()
        super().__init__(config_file, domain_path, _training_data(root, training_data_paths))
        self._topics = root / TOPICS

    def get_config(self) -> dict[str, Any]:
        """Return the config; RasaException when it names a component that cannot work here."""
        config: dict[str, Any] = super().get_config()
        missing = tensorflow_standin.needing_tensorflow(config) if tensorflow_standin.is_installed() else []
        if missing:
            raise RasaException(
                f"{self.config_file} names {', '.join(missing)}, which needs TensorFlow, and TensorFlow is "
                "not installed here. Take it out of the pipeline or the policies, or use an environment with "
                "TensorFlow (docs/rasa.md)."
            )
        return config

    def get_domain(self) -> Domain:
        """Return domain.yml and every topic file as one domain; a broken file is an error, not a gap."""
        if not self._domain_path:
            return Domain.empty()
        return _domain_of(_as_they_are([self._domain_path, *map(str, sorted(self._topics.glob("*.yml")))]))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the sentences. One `rasa train` asks for them five times, and reads them once."""
        # Rasa's components write into what they are given: merging copies.
        return TrainingData().merge(_sentences_of(_as_they_are(self._nlu_files), language))


_Files = tuple[tuple[str, int, int], ...]


def _as_they_are(paths: Iterable[str]) -> _Files:
    """The files with what tells that one has changed."""
    found = [(str(path), Path(path).stat()) for path in paths]
    return tuple((path, now.st_mtime_ns, now.st_size) for path, now in found)


@lru_cache(maxsize=2)
def _sentences_of(files: _Files, language: str | None) -> TrainingData:
    return training_data_from_paths([path for path, *_ in files], language)


@lru_cache(maxsize=2)
def _domain_of(files: _Files) -> Domain:
    return Domain.load([path for path, *_ in files])


def _training_data(root: Path, given: list[str] | str | None) -> list[str]:
    named = [given] if isinstance(given, str) else given or []
    # "data" is what the command line names by itself; in this house it is the desk's own data folder.
    own = [path for path in named if path and Path(path).resolve() != (root / "data").resolve()]
    existing = [path for path in own if Path(path).exists()]
    if existing:
        return existing
    more = os.environ.get(MORE_SENTENCES)
    mine = [more] if more and any(Path(more).glob("*.yml")) else []
    return [str(root / path) for path in TRAINING_DATA] + mine
