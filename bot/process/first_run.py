"""What a data folder gets at its first start: somebody who can sign in, and the sample estate's homes."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.process.faults import OperatorError
from bot.process.households import import_file
from bot.process.people import FirstLogin, first_login
from bot.process.supervisor import Say
from bot.settings import Settings
from bot.store.engine import Store
from bot.store.tables import Household


@dataclass(frozen=True)
class FirstRun:
    """`login` is None when somebody could sign in already."""

    login: FirstLogin | None


def prepare(store: Store, settings: Settings, *, sample: bool, say: Say) -> FirstRun:
    """Fill what is empty. The sample's homes come with the sample estate only, at the first start only."""
    with store.write() as session:
        login = first_login(session)
        empty = session.scalars(select(Household.id).limit(1)).first() is None
    is_sample = settings.estate_path == settings.project_dir / "estate.yml"
    if login is not None and sample and is_sample and empty:
        done = import_file(store, settings.project_dir / "sample" / "households.csv")
        if done.problems:
            raise OperatorError("sample/households.csv", str(done.problems[0]), "restore the file")
        say(f"the sample estate is in: {done.added} homes (another time without: --no-sample)")
    return FirstRun(login)
