"""The desk's process: `python -m bot.serve` serves the network and, on loopback, the Rasa server's actions.

Settings come from the environment (bot/settings.py). Ends in order on SIGTERM or SIGINT: no new calls,
live connections closed, what is under way left to its leases. A mistake an operator can mend is one line
on stderr and exit code 1.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn

from bot.app import create_actions, create_app, open_desk
from bot.desk.wording.words import WordsError
from bot.process.faults import OperatorError
from bot.process.logs import log_to_stderr
from bot.process.opening import open_estate, store_faults
from bot.process.ports import why_not
from bot.settings import Settings, SettingsError, load_settings
from bot.store.migrate import upgrade

BACKLOG = 1024
GRACE_SECONDS = 3


def main() -> int:
    """Serve until a signal comes; the exit code."""
    log_to_stderr()
    try:
        settings = load_settings()
        public, actions = listen(settings.host, settings.port), listen("127.0.0.1", settings.actions_port)
        with store_faults(settings):
            upgrade(settings.database_url)
        asyncio.run(serve(settings, public=public, actions=actions))
    except (OperatorError, SettingsError) as fault:
        for line in fault.lines if isinstance(fault, OperatorError) else [str(fault)]:
            print(f"guanjia: {' '.join(line.split())}", file=sys.stderr)
        return 1
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OperatorError when it cannot, with the mend."""
    fault = why_not(host, port)
    if fault is not None:
        raise OperatorError(
            f"address {host}:{port}", fault.strerror or str(fault), "stop what uses it, or give another port"
        )
    # Named as TCP, else asyncio leaves Nagle's algorithm on, and every answer's body comes 40 ms late.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


async def serve(settings: Settings, *, public: socket.socket, actions: socket.socket) -> None:
    """Run both servers on the sockets until a signal comes."""
    estate = open_estate(settings)
    try:
        desk = open_desk(settings, estate=estate)
    except WordsError as fault:
        raise OperatorError(f"{fault.path}, {fault.key}", fault.reason, "mend the file") from fault
    # Behind a proxy on this machine the resident's own address counts, for the pace of new sessions.
    front = _server(create_app(settings, desk=desk), proxy_headers=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as tasks:
        serving = [tasks.create_task(front.serve(sockets=[public]))]
        # The Rasa server takes longer to start than this; its calls wait on the socket that listens already.
        back = _server(await asyncio.to_thread(create_actions, desk), proxy_headers=False)
        serving.append(tasks.create_task(back.serve(sockets=[actions])))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *serving], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        # Live connections would otherwise be waited for.
        desk.hub.close()
        front.should_exit = back.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: two servers share one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: object, *, proxy_headers: bool) -> _Server:
    return _Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            log_level="warning",
            access_log=False,
            proxy_headers=proxy_headers,
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
