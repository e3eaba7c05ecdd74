"""`python -m bot.understanding.server.parse_file --model MODEL.tar.gz < lines > jsonl`: one parse a line.

Reads and writes in small batches, so that any number of lines needs the same memory. Whatever a line holds,
it gets an answer; bytes that are no UTF-8 come back as U+FFFD.
"""

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from bot.understanding.server import launcher

BATCH = 64
LONGEST_LINE = 1_000_000
"""Bytes; the rest of a longer line is left out of the reading."""


class ModelReader:
    """A trained model's understanding without a server around it."""

    def __init__(self, model: Path) -> None:
        from rasa.core.channels.channel import UserMessage
        from rasa.engine import loader
        from rasa.engine.runner.dask import DaskGraphRunner
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.shared.core.trackers import DialogueStateTracker
        from rasa.utils.common import EXPECTED_WARNINGS

        # Rasa warns of every domain with slots that they are no longer filled as in Rasa 2, and its own
        # commands leave that and its likes out by this list; this reader is no command of Rasa's.
        for category, message in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", message=message, category=category)
        self._folder = tempfile.TemporaryDirectory(prefix="guanjia-model-")
        self._message = UserMessage
        self._nobody = DialogueStateTracker("parse", [])
        metadata, self._runner = loader.load_predict_graph_runner(
            Path(self._folder.name), model, LocalModelStorage, DaskGraphRunner
        )
        self._target = metadata.nlu_target

    def parses(self, texts: list[str]) -> list[dict[str, Any]]:
        """Our parse (parses.py) of each text."""
        from rasa.core.processor import MessageProcessor  # noqa: F401  (completes Rasa's registrations)

        from bot.understanding.parses import parse_of

        data = self._data([text for text in texts if text.strip()])
        return [dict(parse_of(next(data) if text.strip() else _blank(), text)) for text in texts]

    def _data(self, texts: list[str]) -> Iterator[dict[str, Any]]:
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

        from bot.understanding.server.payloads import as_typed

        messages = []
        for text in texts:
            message = self._message(text)
            message.text = as_typed(text)  # Rasa strips; spans count in the text as it was written
            messages.append(message)
        if not messages:
            return iter(())
        inputs = {PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: self._nobody}
        result = self._runner.run(inputs=inputs, targets=[self._target])
        return (
            {**_blank(), **message.as_dict(only_output_properties=True)} for message in result[self._target]
        )

    def close(self) -> None:
        """Remove the unpacked model."""
        self._folder.cleanup()


def _blank() -> dict[str, Any]:
    from bot.understanding.parses import BLANK

    return dict(BLANK)


def lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream as text, without their ends; a line without an end counts, too."""
    while True:
        line = stream.readline(LONGEST_LINE)
        if not line:
            return
        whole = line
        while whole and not whole.endswith(b"\n") and len(line) >= LONGEST_LINE:
            whole = stream.readline(LONGEST_LINE)  # beyond the longest line: read past it
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def parse_lines(reader: ModelReader, lines: Iterable[str]) -> Iterator[str]:
    """One JSON object for each line, in order."""
    waiting = iter(lines)
    while batch := list(islice(waiting, BATCH)):
        for parse in reader.parses(batch):
            yield json.dumps(parse, ensure_ascii=False)


def main(arguments: list[str]) -> None:
    """Read stdin, write stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=Path)
    model = parser.parse_args(arguments).model
    launcher.prepare()
    reader = ModelReader(model)
    try:
        for line in parse_lines(reader, lines_of(sys.stdin.buffer)):
            sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
            sys.stdout.buffer.flush()
    finally:
        reader.close()


if __name__ == "__main__":
    main(sys.argv[1:])
