"""The `rasa` command as this project runs it: `python -m bot.understanding.server.launcher <rasa arguments>`.

Same arguments, same exit codes; before Rasa is imported it stands in for TensorFlow, takes heavy
imports in the order that is quick, and switches telemetry off. Why each step: docs/rasa.md.
"""

import importlib
import os
import secrets
import sys
import tempfile
import warnings

from bot.understanding.server import placeholders, tensorflow_standin
from bot.understanding.server.model_parts import needs_scikit_learn

# skops looks through every module already loaded, once per module it registers: numpy and
# scipy.special first, then skops, and only then the hundreds of modules of Rasa. Sanic is among the first
# because it turns warnings on again, which packaging would make use of.
IMPORTED_FIRST = ("numpy", "scipy.special", "skops.io", "packaging.requirements", "sanic")

SERVER = "run"

# Other channels, cloud stores, plots: Rasa imports them for a server that has one channel and one store,
# both ours. 1.1 s of its start and 35 MB.
UNUSED_BY_THE_SERVER = (
    "aiogram",
    "boto3",
    "botocore",
    "fbmessenger",
    "matplotlib",
    "mattermostwrapper",
    "pymongo",
    "rocketchat_API",
    "slack",
    "slack_sdk",
    "twilio",
    "webexteamssdk",
)


# Our voices answer with numpy alone: 0.7 s of the start and 75 MB, unless the model has other parts.
ONLY_TRAINING = ("sklearn", "skops")


def prepare() -> None:
    """Make this process ready to import Rasa (environment, stand-in, order of imports); safe to repeat."""
    # A crash must not call anybody's server; Rasa reads this at import and at each command.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # One event loop on one core: more threads per matrix product only fight each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # What Rasa and its pinned libraries will have to change one day is nothing the reader can act upon.
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    tensorflow_standin.install()
    for name in IMPORTED_FIRST:
        importlib.import_module(name)
    warnings.filterwarnings("ignore", category=DeprecationWarning)


def main(arguments: list[str]) -> None:
    """Run one rasa command; ends the process as `rasa` would."""
    if arguments[:1] == [SERVER]:
        # Rendering log lines costs more than most of a turn, and INFO carries residents' words.
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        unused = () if needs_scikit_learn(arguments) else ONLY_TRAINING
        placeholders.stand_in_for((*UNUSED_BY_THE_SERVER, *unused), even_if_installed=True)
        _rasa(arguments)
        return
    with tempfile.TemporaryDirectory(prefix="guanjia-rasa-") as folder:
        _complete_by_hand(folder)
        _rasa(arguments)


def _complete_by_hand(folder: str) -> None:
    """Set what endpoints.yml and credentials.yml ask of the environment, for commands typed by a person.

    `rasa shell` and `rasa test` read both files and need none of it; only the server insists.
    """
    os.environ.setdefault("GUANJIA_RASA_SECRET", secrets.token_urlsafe())
    os.environ.setdefault("GUANJIA_ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    os.environ.setdefault("GUANJIA_ACTIONS_SECRET", "")
    os.environ.setdefault("GUANJIA_TRACKER_DB", os.path.join(folder, "trackers.db"))


def _rasa(arguments: list[str]) -> None:
    prepare()
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", *arguments]
    rasa()


if __name__ == "__main__":
    main(sys.argv[1:])
