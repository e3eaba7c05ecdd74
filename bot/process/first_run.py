"""What a data folder gets at its first start: a store, somebody who can sign in, the sample estate's homes.

`python -m bot.process.first_run` does it for `up` (bot/process/preparation.py).
"""

import sys
from dataclasses import dataclass

from sqlalchemy import select

from bot.process.faults import OperatorError
from bot.process.households import import_file
from bot.process.opening import open_estate, opened_store
from bot.process.people import FirstLogin, first_login
from bot.process.preparation import NO_SAMPLE, remember
from bot.settings import Settings, SettingsError, load_settings
from bot.store.engine import Store
from bot.store.tables import Household


@dataclass(frozen=True)
class FirstRun:
    """What was put in; `login` is None when somebody could sign in already."""

    login: FirstLogin | None
    homes: int = 0


def prepare(store: Store, settings: Settings, *, sample: bool) -> FirstRun:
    """Fill what is empty. The sample's homes come with the sample estate only, at the first start only."""
    with store.write() as session:
        login = first_login(session)
        empty = session.scalars(select(Household.id).limit(1)).first() is None
    is_sample = settings.estate_path == settings.project_dir / "estate.yml"
    if login is None or not (sample and is_sample and empty):
        return FirstRun(login)
    done = import_file(store, settings.project_dir / "sample" / "households.csv")
    if done.problems:
        raise OperatorError("sample/households.csv", str(done.problems[0]), "restore the file")
    return FirstRun(login, done.added)


def main(arguments: list[str]) -> int:
    """Prepare what the environment names; prints what an operator must know; the exit code."""
    try:
        settings = load_settings()
        open_estate(settings)
        with opened_store(settings) as store:
            first = prepare(store, settings, sample=NO_SAMPLE not in arguments)
        # Said at once: a start that fails later must not swallow it.
        _tell(first)
        remember(settings)
    except (OperatorError, SettingsError) as fault:
        for line in fault.lines if isinstance(fault, OperatorError) else [str(fault)]:
            print(f"guanjia: {' '.join(line.split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _tell(first: FirstRun) -> None:
    if first.homes:
        print(f"the sample estate is in: {first.homes} homes (another time without: --no-sample)")
    if first.login is not None:
        print(f"  first login  {first.login.login}   password  {first.login.password}")
        print("               (to be changed at the first sign-in; shown only now)", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
