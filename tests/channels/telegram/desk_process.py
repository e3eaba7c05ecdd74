"""A desk as a process of its own that can be killed, with short leases: `python -m … CONFIG.json`."""

import asyncio
import json
import logging
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import uvicorn

from bot.app import create_app, open_desk, utc_now
from bot.messaging.dispatcher import Pacing
from bot.messaging.sender import Sending
from bot.settings import load_settings
from tests.channels.telegram.conftest import QUICK


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    config = json.loads(Path(sys.argv[1]).read_text())
    settings = load_settings(environ=config["environ"], data_dir=config["data_dir"])
    desk = open_desk(settings, now=utc_now)
    short = timedelta(seconds=1)
    quick = type(desk)(
        settings=settings,
        estate=desk.estate,
        words=desk.words,
        store=desk.store,
        now=utc_now,
        pacing=Pacing(look_every=0.1, first_retry=0.1, lease=short),
        sending=Sending(look_every=0.1, lease=2 * short, patience=1.5),
        telegram_pace=replace(QUICK, receiving=replace(QUICK.receiving, lease=short, poll=1)),
    )
    app = create_app(settings, desk=quick)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    asyncio.run(server.serve())


if __name__ == "__main__":
    main()
