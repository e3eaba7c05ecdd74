"""Logs are events with fields: one line each, `WARNING bot.messaging.dispatcher dispatcher.no_answer turn=…`.

Fields are ids, times and errors of ours; no name, telephone or text of a resident is ever one of them.
"""

import logging

LONGEST_FIELD = 300
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""What every record carries; everything else was given as a field."""


class EventFormatter(logging.Formatter):
    """Level, logger, event, and its fields as `name=value`; a traceback follows as it is."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line, whatever the fields hold."""
        fields = {name: value for name, value in vars(record).items() if name not in _OWN}
        shown = [f"{name}={_shown(value)}" for name, value in fields.items()]
        return " ".join([super().formatMessage(record), *shown])


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Let every logger of this process write its events to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    text = text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"
    return f'"{text}"' if " " in text or not text else text
