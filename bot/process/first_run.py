"""What a data folder gets at its first start: somebody who can sign in, and the sample estate's homes."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.process.faults import OperatorError
from bot.process.households import import_file
from bot.process.people import FirstLogin, first_login
from bot.settings import Settings
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
