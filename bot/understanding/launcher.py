"""The `rasa` command as this project runs it: `python -m bot.understanding.launcher <rasa arguments>`.

Same arguments, same exit codes; before Rasa is imported it stands in for TensorFlow, takes heavy
imports in the order that is quick, and switches telemetry off. Why each step: docs/rasa.md.
"""

import importlib
import os
import sys

from bot.understanding import tensorflow_standin

# skops looks through every module already loaded, once per module it registers: numpy and
# scipy.special first, then skops, and only then the hundreds of modules of Rasa.
IMPORTED_FIRST = ("numpy", "scipy.special", "skops.io")


def prepare() -> None:
    """Make this process ready to import Rasa (environment, stand-in, order of imports); safe to repeat."""
    # A crash must not call anybody's server; Rasa reads this at import and at each command.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # One event loop on one core: more threads per matrix product only fight each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    tensorflow_standin.install()
    for name in IMPORTED_FIRST:
        importlib.import_module(name)


def main(arguments: list[str]) -> None:
    """Run one rasa command; ends the process as `rasa` would."""
    if arguments[:1] == ["run"]:
        # Rendering log lines costs more than most of a turn, and INFO carries residents' words.
        os.environ.setdefault("LOG_LEVEL", "WARNING")
    prepare()
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", *arguments]
    rasa()


if __name__ == "__main__":
    main(sys.argv[1:])
