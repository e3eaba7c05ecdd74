"""`./guanjia train`: what changed, how the scores moved, and whether the new model is put into use."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.process import models, sentences
from bot.process.environments import base_environment, rasa_python
from bot.process.faults import OperatorError
from bot.settings import PROJECT_DIR

SPLIT = PROJECT_DIR / "tests" / "nlu" / "heldout.yml"
NAMES: Mapping[str, str] = {"intents": "intents", "categories": "categories", "upset": "mood"}
MOST_NAMED = 12


def train(say: Callable[[str], None], *, more: Path, again: bool, accept_worse: bool) -> Path:
    """Train if anything changed, compare with the model in use, and put the better one into use.

    Returns the model in use. Raises OperatorError where training fails, and where the new model is clearly
    worse at something on the held-out split and `accept_worse` is not said: the old one stays in use.
    """
    before, path = models.in_use(), models.model_path(more=more)
    if path.exists() and not again and models.kept_instead_of(path) is None:
        path.touch()
        return path
    if not path.exists() or again:
        asyncio.run(models.ensure_model(say, again=again, more=more))
    if before is None or before == path:
        models.accept(path)
        return path
    _tell_changes(say, before, path)
    worse = _compare(say, before, path)
    if worse and not accept_worse:
        models.refuse(path, before)
        raise OperatorError(
            "training",
            f"the new model is clearly worse at {', '.join(worse)}; the one before it stays in use",
            "look at the sentences that changed, or say --accept-worse",
        )
    models.accept(path)
    return path


def _tell_changes(say: Callable[[str], None], before: Path, now: Path) -> None:
    old = sentences.kept(models.sentences_list(before))
    new = sentences.kept(models.sentences_list(now))
    if old is None or new is None:
        say("sentences: the model in use has no list to compare with")
        return
    found = sentences.changes(old, new)
    say(
        f"sentences: {found.total} of {found.kinds} kinds; {sum(found.added.values())} added and "
        f"{sum(found.removed.values())} removed since the model in use"
    )
    kinds = sorted({*found.added, *found.removed}, key=lambda kind: -_moved(found, kind))
    for kind in kinds[:MOST_NAMED]:
        say(f"  {kind:28} +{found.added.get(kind, 0)} -{found.removed.get(kind, 0)}")
    if len(kinds) > MOST_NAMED:
        say(f"  and {len(kinds) - MOST_NAMED} more kinds")


def _moved(found: sentences.Changes, kind: str) -> int:
    return found.added.get(kind, 0) + found.removed.get(kind, 0)


def _compare(say: Callable[[str], None], before: Path, now: Path) -> list[str]:
    """Print both models' scores; returns what the new one is clearly worse at."""
    say("reading the held-out sentences with both models …")
    scores = _scores("--model", str(now), "--against", str(before))
    if scores is None:
        say("the model in use cannot be read by this version: nothing to compare with")
        return []
    say(f"macro F1 on {scores['sentences']} held-out sentences   in use     now")
    for what, name in NAMES.items():
        old, new = scores["before"][what], scores["now"][what]
        mark = "   clearly worse" if what in scores["worse"] else ""
        say(f"  {name:35} {old:.3f}   {new:.3f}  {new - old:+.3f}{mark}")
    return [NAMES[what] for what in scores["worse"]]


def _scores(*words: str) -> dict[str, Any] | None:
    command = [str(rasa_python()), "-W", "ignore", "-m", "bot.understanding.score", *words]
    done = subprocess.run(
        [*command, "--split", str(SPLIT)],
        cwd=PROJECT_DIR,
        env=base_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return None
    return dict(json.loads(done.stdout.splitlines()[-1]))
