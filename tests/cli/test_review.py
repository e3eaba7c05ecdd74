"""Misread messages become training sentences in the data folder, and name nobody."""

from pathlib import Path

import yaml

from bot.desk.talk.readings import correct_reading
from bot.desk.talk.transcript import record_inbound
from bot.process.review import review
from bot.store.engine import Store
from tests.support.cast import Cast
from tests.support.clock import HandClock
from tests.support.estates import sample_estate
from tests.support.guanjia import run


def corrected(
    store: Store, cast: Cast, clock: HandClock, text: str, intent: str, category: str | None
) -> None:
    with store.write() as session:
        message = record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id=text,
            text=text,
            now=clock(),
        ).message
        message.upset = 1
        session.flush()
        correct_reading(session, message.id, intent, category, by=cast.li.by, now=clock())


def test_they_are_written_in_rasas_format_without_personal_data(
    store: Store, cast: Cast, clock: HandClock, tmp_path: Path
) -> None:
    said = "3栋2单元1201，13812345678，\n那个又响了[急]"
    corrected(store, cast, clock, said, "complaint", "noise")
    done = review(store, sample_estate(), tmp_path / "training", now=clock())
    assert (done.corrected, done.chosen, done.new) == (1, 0, 1)
    (block,) = yaml.safe_load(done.path.read_text(encoding="utf-8"))["nlu"]
    assert (block["intent"], block["metadata"]) == ("complaint", {"category": "noise", "upset": 1})
    assert block["examples"] == "- 某栋某户，某个电话， 那个又响了［急］\n"


def test_a_second_review_writes_all_again_and_counts_the_new(
    store: Store, cast: Cast, clock: HandClock, tmp_path: Path
) -> None:
    corrected(store, cast, clock, "那个又响了", "complaint", "noise")
    review(store, sample_estate(), tmp_path, now=clock())
    corrected(store, cast, clock, "表扬一下门口的小伙子", "praise", None)
    done = review(store, sample_estate(), tmp_path, now=clock())
    assert (done.corrected, done.new) == (2, 1)
    assert len(yaml.safe_load(done.path.read_text(encoding="utf-8"))["nlu"]) == 2


def test_the_command_says_how_many(tmp_path: Path) -> None:
    done = run("train", "--review", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0 corrected by colleagues, 0 chosen by residents, 0 new\n"


def test_nothing_corrected_leaves_no_file(store: Store, clock: HandClock, tmp_path: Path) -> None:
    done = review(store, sample_estate(), tmp_path / "training", now=clock())
    assert (done.corrected, done.path.exists()) == (0, False)
