"""The voice of mood by itself: what it learns survives being kept as plain arrays."""

from pathlib import Path

import numpy as np
import pytest

from bot.understanding.mood.upset import Reader
from bot.understanding.mood.voice import Lesson, MoodVoice

CALM = ["电梯坏了麻烦看看", "请问几点下班", "水管在滴水", "想交物业费", "你好", "门禁卡怎么办理"]
ANGRY = ["气死我了没人管", "太过分了你们", "气死人", "没人管是吧", "过分", "你们太过分没人管"]


def lesson(classes: list[str]) -> Lesson:
    texts = [*CALM, *ANGRY]
    vectors = np.random.default_rng(1).normal(size=(len(texts), 8)).astype(np.float32)
    return Lesson(texts, vectors, np.zeros((len(texts), 2)), classes, np.ones(len(texts)), 0.5)


TWO = ["0"] * len(CALM) + ["2"] * len(ANGRY)
THREE = ["0"] * len(CALM) + ["1"] * 3 + ["2"] * 3


@pytest.mark.parametrize("classes", [TWO, THREE])
def test_what_is_kept_reads_as_what_was_learnt(classes: list[str], tmp_path: Path) -> None:
    learnt = Reader(MoodVoice.trained(lesson(classes)), None)
    np.savez(tmp_path / "arrays.npz", **learnt.as_arrays())
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as arrays:
        again = MoodVoice(
            {name.removeprefix("level_"): arrays[name] for name in arrays.files if name != "learnt"}
        )
    vector = np.zeros(8, np.float32)
    chances = again.chances("太过分了没人管", vector, np.zeros(2))
    assert chances.sum() == pytest.approx(1.0)
    assert again.classes == sorted(set(classes))
    assert chances[0] < again.chances("请问几点下班", vector, np.zeros(2))[0]


def test_without_voices_the_lexicon_decides() -> None:
    assert Reader(None, None)("气死了，你们到底管不管！", None) == (2, "angry")
    assert Reader(None, None)("请问几点下班", None) == (0, None)
    assert Reader.from_arrays(Reader(None, None).as_arrays())("你好", None) == (0, None)
