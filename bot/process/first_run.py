"""What a data folder gets at its first start: a store, somebody to sign in, the sample's homes and bills.

`python -m bot.process.first_run` does it for `up` (bot/process/preparation.py).
"""

import sys
from dataclasses import dataclass

from sqlalchemy import select

from bot.desk.estate.model import Estate
from bot.process.bills import import_bills_file
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
    bills: int = 0


def prepare(store: Store, settings: Settings, *, estate: Estate, sample: bool) -> FirstRun:
    """Fill what is empty. The sample's homes and bills come with the sample estate, at its first start."""
    login = first_login(store)
    with store.read() as session:
        empty = session.scalars(select(Household.id).limit(1)).first() is None
    is_sample = settings.estate_path == settings.project_dir / "estate.yml"
    if login is None or not (sample and is_sample and empty):
        return FirstRun(login)
    folder = settings.project_dir / "sample"
    homes = import_file(store, folder / "households.csv")
    bills = import_bills_file(store, folder / "fees.csv", zone=estate.zone)
    for name, problems in (("households.csv", homes.problems), ("fees.csv", bills.problems)):
        if problems:
            raise OperatorError(f"sample/{name}", str(problems[0]), "restore the file")
    return FirstRun(login, homes.added, bills.added)


def main(arguments: list[str]) -> int:
    """Prepare what the environment names; prints what an operator must know; the exit code."""
    try:
        settings = load_settings()
        estate = open_estate(settings)
        with opened_store(settings) as store:
            first = prepare(store, settings, estate=estate, sample=NO_SAMPLE not in arguments)
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
        filled = f"{first.homes} homes, {first.bills} bills"
        print(f"the sample estate is in: {filled} (another time without: --no-sample)")
    if first.login is not None:
        print(f"  first login  {first.login.login}   password  {first.login.password}")
        print("               (to be changed at the first sign-in; shown only now)", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
