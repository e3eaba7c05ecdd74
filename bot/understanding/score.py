"""`python -m bot.understanding.score --model NEW [--against OLD] --split FILE`: scores as one JSON object.

Both models read the same labelled sentences (Rasa's format, `metadata: {category, upset}`). `worse` names
what the new one is clearly worse at: where of many drawn samples of the split 97.5 % show it behind.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from bot.understanding.server import launcher

DRAWS = 500
WHAT = ("intents", "categories", "upset")

Sentence = tuple[str, dict[str, str]]
"""A text, and the truth for each of WHAT."""


def read_split(path: Path) -> list[Sentence]:
    """The labelled sentences of a file."""
    found: list[Sentence] = []
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        metadata = block.get("metadata") or {}
        category = metadata.get("category")
        truth = {
            "intents": block["intent"],
            "categories": f"{block['intent']}/{category}" if category else block["intent"],
            "upset": str(metadata.get("upset", 0)),
        }
        lines = [line.strip().removeprefix("-").strip() for line in block["examples"].splitlines()]
        found += [(line, truth) for line in lines if line]
    return found


def said_of(parse: dict[str, Any]) -> dict[str, str]:
    """What a parse says, in the same words as the truth."""
    intent = str(parse["intent"])
    leading: dict[str, Any] = next((one for one in parse["matters"] if one["intent"] == intent), {})
    category = leading.get("category")
    return {
        "intents": intent,
        "categories": f"{intent}/{category}" if category else intent,
        "upset": str(parse["upset"]),
    }


def compared(
    truth: Sequence[dict[str, str]], now: Sequence[dict[str, str]], before: Sequence[dict[str, str]] | None
) -> dict[str, Any]:
    """Macro F1 of one or two models, and what the new one is clearly worse at."""
    result: dict[str, Any] = {"sentences": len(truth), "now": {}, "before": None, "worse": []}
    if before is not None:
        result["before"] = {}
    for what in WHAT:
        names = sorted({one[what] for one in (*truth, *now, *(before or ()))})
        told = [np.array([names.index(one[what]) for one in said]) for said in (truth, now, before or ())]
        result["now"][what] = round(macro_f1(told[0], told[1]), 4)
        if before is not None:
            result["before"][what] = round(macro_f1(told[0], told[2]), 4)
            if _clearly_behind(*told):
                result["worse"].append(what)
    return result


def macro_f1(truth: npt.NDArray[np.int64], said: npt.NDArray[np.int64]) -> float:
    """Macro F1 over the labels that occur in the truth."""
    size = int(max(truth.max(), said.max())) + 1
    hits = np.bincount(truth[truth == said], minlength=size)
    meant, claimed = np.bincount(truth, minlength=size), np.bincount(said, minlength=size)
    there = meant > 0
    return float((2 * hits[there] / (meant + claimed)[there]).mean())


def _clearly_behind(
    truth: npt.NDArray[np.int64], now: npt.NDArray[np.int64], before: npt.NDArray[np.int64]
) -> bool:
    draws = np.random.default_rng(7).integers(0, len(truth), (DRAWS, len(truth)))
    gains = [macro_f1(truth[d], now[d]) - macro_f1(truth[d], before[d]) for d in draws]
    return bool(np.quantile(gains, 0.975) < 0)


def _read(model: Path, texts: list[str]) -> list[dict[str, str]]:
    from bot.understanding.server.parse_file import ModelReader

    reader = ModelReader(model)
    try:
        return [said_of(parse) for parse in reader.parses(texts)]
    finally:
        reader.close()


def main(arguments: list[str]) -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--split", required=True, type=Path)
    asked = parser.parse_args(arguments)
    launcher.prepare()
    sentences = read_split(asked.split)
    texts, truth = [text for text, _ in sentences], [labels for _, labels in sentences]
    before = _read(asked.against, texts) if asked.against else None
    print(json.dumps(compared(truth, _read(asked.model, texts), before)))


if __name__ == "__main__":
    main(sys.argv[1:])
