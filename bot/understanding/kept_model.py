"""How our components keep what they learnt: plain arrays in one .npz file that cannot run code."""

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "arrays.npz"


def keep_arrays(storage: ModelStorage, resource: Resource, arrays: dict[str, Any]) -> None:
    """Write the arrays as the resource's content; TypeError for what only a pickle could hold."""
    objects = [name for name, value in arrays.items() if np.asarray(value).dtype.hasobject]
    if objects:
        raise TypeError(f"not plain arrays: {', '.join(objects)}")
    with storage.write_to(resource) as folder:
        np.savez(Path(folder) / _FILE, **arrays)


def kept_arrays(storage: ModelStorage, resource: Resource) -> dict[str, Any]:
    """Read them back; ValueError where the resource holds none."""
    with storage.read_from(resource) as folder:
        path = Path(folder) / _FILE
        if not path.exists():
            raise ValueError(f"The model holds nothing for {resource.name}.")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
