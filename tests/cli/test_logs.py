"""What an operator reads in the log: one line an event, with the fields it was given."""

import logging
import sys

import pytest

from bot.process.logs import LONGEST_FIELD, EventFormatter


def _line(message: str, raised: BaseException | None = None, **fields: object) -> str:
    info = (type(raised), raised, raised.__traceback__) if raised else None
    record = logging.LogRecord("bot.messaging.dispatcher", logging.WARNING, "", 1, message, None, info)
    vars(record).update(fields)
    return EventFormatter().format(record)


def test_an_event_is_one_line_with_its_fields() -> None:
    line = _line("dispatcher.no_answer", turn="t-1", conversation=7, error="the server\nis away")
    assert line == (
        "WARNING bot.messaging.dispatcher dispatcher.no_answer "
        'turn=t-1 conversation=7 error="the server is away"'
    )


def test_an_event_without_fields_is_its_name() -> None:
    assert _line("rasa.away") == "WARNING bot.messaging.dispatcher rasa.away"


def test_a_field_without_end_is_cut() -> None:
    shown = _line("x", error="电" * 10_000).partition("error=")[2]
    assert len(shown) == LONGEST_FIELD
    assert shown.endswith("…")


def test_an_unexpected_fault_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("as planted")
    except ValueError as error:
        print(_line("dispatcher.turn_failed", error, turn="t-1"), file=sys.stderr)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("dispatcher.turn_failed turn=t-1")
    assert rest[0].startswith("Traceback")
    assert rest[-1] == "ValueError: as planted"
