"""Vectors of training sentences, kept from one training to the next: a changed one alone is made again."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

FOLDER_VARIABLE = "GUANJIA_CACHE"
_DEFAULT = Path(__file__).resolve().parents[2] / ".guanjia" / "cache"


def cache_folder() -> Path:
    """Where caches lie: GUANJIA_CACHE, or .guanjia/cache of the project. May be deleted at any time."""
    return Path(os.environ.get(FOLDER_VARIABLE) or _DEFAULT)


class VectorCache:
    """A file of vectors by text; a context manager. Holds hashes of the texts, not the texts."""

    def __init__(self, path: Path, width: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._width = width
        self._file = sqlite3.connect(path, timeout=30)
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def __enter__(self) -> "VectorCache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def find(self, texts: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The vectors that are here already."""
        found = {}
        for text in dict.fromkeys(texts):
            row = self._file.execute("SELECT vector FROM vectors WHERE text = ?", (_key(text),)).fetchone()
            if row is not None and len(row[0]) == self._width * 4:
                found[text] = np.frombuffer(row[0], dtype=np.float32)
        return found

    def add(self, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep these vectors; two trainings at once do no harm."""
        rows = [(_key(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
