"""The desk's side of the benchmark: our actions over HTTP on a store of their own, with many residents.

A process beside the server that is measured: `python -m benchmarks.rasa_server.desk_side FOLDER PORT N`
prints the ids of N conversations as JSON and listens.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from bot.app import create_actions, open_desk
from bot.desk.talk.conversations import open_conversation
from bot.process.first_run import prepare
from bot.process.opening import open_estate, opened_store
from bot.settings import load_settings
from bot.store.engine import Store


def open_conversations(store: Store, count: int) -> list[int]:
    """Opens `count` conversations, each with a resident of its own; returns their ids."""
    now = datetime.now(UTC)
    with store.write() as session:
        opened = [
            open_conversation(
                session, channel="webchat", address=f"bench-{number}-{now.timestamp()}", now=now
            )
            for number in range(count)
        ]
        return [conversation.id for conversation in opened]


def main() -> None:
    folder, port, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings = load_settings(data_dir=folder, actions_port=port)
    with opened_store(settings) as store:
        prepare(store, settings, estate=open_estate(settings), sample=True)
        ids = open_conversations(store, count)
    print(json.dumps({"conversations": ids, "secret": settings.actions_secret}), flush=True)
    uvicorn.run(create_actions(open_desk(settings)), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
