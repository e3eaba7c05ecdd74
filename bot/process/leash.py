"""Run as a script, `leash.py PARENT COMMAND …`: becomes COMMAND, which ends when process PARENT ends.

Linux kills it (SIGKILL) at that instant, however the parent ended. The mark outlives the exec, and it
belongs to this process alone: what we start forks nothing that outlives it. Elsewhere the command
simply runs. Standard library only, any Python from 3.8: also `bot/bootstrap.py` uses it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: "list[str]") -> None:
    """Take the leash, see that the parent is still there, and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the leash held
            raise SystemExit(1)
    try:
        os.execvp(command[0], command)
    except OSError as fault:
        raise SystemExit(f"{command[0]}: {fault.strerror}") from fault


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
