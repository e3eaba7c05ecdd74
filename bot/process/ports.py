"""Ports: is the wanted one free, and which loopback ports may our own two servers use."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.process.faults import OperatorError

WAIT_SECONDS = 3.0
"""A desk that was just killed gives its port back within moments."""


def require_free(host: str, port: int, *, wait: float = WAIT_SECONDS) -> None:
    """Return when the port can be listened on. Raises OperatorError with the mend."""
    until = time.monotonic() + wait
    while True:
        fault = why_not(host, port)
        if fault is None:
            return
        if fault.errno != errno.EADDRINUSE or time.monotonic() > until:
            break
        time.sleep(0.1)
    if fault.errno == errno.EADDRINUSE:
        raise OperatorError(
            f"port {port}",
            "is in use by another program",
            f"stop that one, or start with --port {free_port(host, port + 1)}",
        )
    raise OperatorError(
        f"address {host}:{port}",
        fault.strerror or str(fault),
        "give an address of this machine with --host, and a port above 1023 with --port",
    )


def free_port(host: str, preferred: int) -> int:
    """The preferred port if it is free, else any other."""
    if 0 < preferred < 65536 and why_not(host, preferred) is None:
        return preferred
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def reserved_port() -> Iterator[int]:
    """A loopback port of our own while the block runs, for a child that is started again and again.

    Held by a socket that is bound but never listens: nobody else is given the port meanwhile, and the
    child, which asks for SO_REUSEADDR as every server does, may still listen on it.
    """
    with socket.socket(socket.AF_INET) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield int(holder.getsockname()[1])


def why_not(host: str, port: int) -> OSError | None:
    """Why the port cannot be listened on; None if it can."""
    try:
        with socket.socket(_family(host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as fault:
        return fault
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
