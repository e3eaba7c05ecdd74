"""`./guanjia up`: the desk first, then the assistant beside it, until somebody says stop."""

import asyncio
import contextlib
import signal
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException

from bot.process.child import Program
from bot.process.environments import desk_environment, desk_python, rasa_command, rasa_environment
from bot.process.faults import OperatorError
from bot.process.models import ensure_model, training_folder
from bot.process.supervisor import NeverStarted, Say, keep_running
from bot.settings import Settings

LOOK_AGAIN = 0.05
"""Seconds between two looks whether a program that starts answers already."""


@dataclass
class Desk:
    """What is known of the desk while it runs."""

    answered: bool = False


async def serve(settings: Settings, *, say: Say, greet: Callable[[], None]) -> None:
    """Run desk and Rasa server until a signal comes; a second signal ends them at once.

    `greet` is called when the desk answers. Raises OperatorError if it never does.
    """
    work = asyncio.create_task(_run_both(settings, say=say, greet=greet))
    loop = asyncio.get_running_loop()

    def stop(name: str) -> None:
        say(f"{name}: stopping desk and assistant …")
        work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number.name)
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _run_both(settings: Settings, *, say: Say, greet: Callable[[], None]) -> None:
    desk = Desk()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_running(_desk_program(settings), say=say, answered=lambda: desk.answered))
            await _until_ok(f"{_local(settings)}/health")
            desk.answered = True
            greet()
            await _assistant(settings, say=say)
    except* NeverStarted as faults:
        reason = faults.exceptions[0]
        raise OperatorError(
            "desk", f"it ended {reason} before it could answer", "see its lines above, or ./guanjia doctor"
        ) from None


async def _assistant(settings: Settings, *, say: Say) -> None:
    """Train if need be, then keep the Rasa server running; the desk serves people meanwhile."""
    try:
        model = await ensure_model(say, more=training_folder(settings.data_dir))
    except OperatorError as fault:
        say(f"{fault}; until then people at the desk answer, start again when it is mended")
        return
    words = ["run", "-i", "127.0.0.1", "-p", str(settings.rasa_port), "-m", str(model)]
    words += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    program = Program("rasa", rasa_command(*words), rasa_environment(settings))
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running(program, say=say))
        started = time.monotonic()
        secret = {"Authorization": f"Bearer {settings.rasa_secret}"}
        await _until_ok(f"{settings.rasa_url}/webhooks/desk/ready", headers=secret)
        say(f"the assistant is ready ({time.monotonic() - started:.0f} s)")


def _desk_program(settings: Settings) -> Program:
    return Program("desk", [str(desk_python()), "-m", "bot.serve"], desk_environment(settings))


async def _until_ok(url: str, *, headers: dict[str, str] | None = None) -> None:
    """Return when the address answers 200."""
    request = urllib.request.Request(url, headers=headers or {})
    while not await asyncio.to_thread(_is_ok, request):  # noqa: ASYNC110 - another process
        await asyncio.sleep(LOOK_AGAIN)


def _is_ok(request: urllib.request.Request) -> bool:
    # The standard library's client: this process stays for ever, and small. No proxy: it is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5.0) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, HTTPException):  # nobody listens yet, or it says that it is not ready
        return False


def _local(settings: Settings) -> str:
    """The desk as we reach it ourselves, whatever it is called in public."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
