"""The stock peer: jieba, count vectors and DIET, as Rasa's documentation has it, on the same sentences."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import yaml

from benchmarks.nlu.measures import Figures, figures_of_intents
from benchmarks.nlu.trial import Lists, say

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = PROJECT / ".guanjia" / "envs" / "rasa-tensorflow" / "bin" / "python"
CONFIG = PROJECT / "benchmarks" / "rasa_server" / "stock" / "config.yml"
_ASK = """
import asyncio, json, sys
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
async def ask(text):
    read = await agent.parse_message(text)
    ranked = [read["intent"], *read.get("intent_ranking", [])]
    best = next(one for one in ranked if one["name"] != "nlu_fallback")
    return [best["name"], best["confidence"]]
async def main():
    told = {}
    for name, texts in json.load(sys.stdin).items():
        told[name] = [await ask(text) for text in texts]
    json.dump(told, sys.stdout)
asyncio.run(main())
"""


def measured(lists: Lists, *, epochs: int) -> dict[str, Figures]:
    """Train DIET on the first level, ask it the same lists. SystemExit without its environment."""
    if not PYTHON.exists():
        raise SystemExit("the stock peer's environment is not built: run ./guanjia bench once")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(lists, folder, epochs)
        say(f"stock DIET, {epochs} epochs …")
        words = ["train", "nlu", "--nlu", "nlu.yml", "--config", "config.yml", "--domain", "domain.yml"]
        _rasa(folder, "-m", "rasa", *words, "--out", "models", "--fixed-model-name", "stock")
        asked = {key: [one.text for one in list_.sentences] for key, list_ in lists.asked.items()}
        said = _rasa(folder, "-c", _ASK, "models/stock.tar.gz", stdin=json.dumps(asked))
    told = json.loads(said[said.index("{") :])
    return {
        key: figures_of_intents([name for name, _ in told[key]], [sure for _, sure in told[key]], list_)
        for key, list_ in lists.asked.items()
    }


def _write(lists: Lists, folder: Path, epochs: int) -> None:
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["epochs"] = epochs
    config["policies"] = []
    by_intent: dict[str, list[str]] = {name: [] for name in lists.firsts}
    for one in lists.training.sentences:
        by_intent[one.intent].append(f"- {one.text}\n")
    nlu = [{"intent": intent, "examples": "".join(texts)} for intent, texts in by_intent.items()]
    for name, content in (
        ("config.yml", config),
        ("nlu.yml", {"version": "3.1", "nlu": nlu}),
        ("domain.yml", {"version": "3.1", "intents": lists.firsts}),
    ):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _rasa(folder: Path, *words: str, stdin: str = "") -> str:
    environment = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(PYTHON), *words],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"the stock peer failed: {done.stderr[-800:]}")
    return done.stdout
