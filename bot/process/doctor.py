"""What `./guanjia doctor` looks at: one check a thing, each with what it found and what to do."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import httpx
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.desk.estate.errors import EstateError
from bot.messaging.channels.telegram.service import webhook_address
from bot.messaging.handbook_shelf import read_handbook
from bot.process import data_folder, duty_check, service_check, telegram_staff
from bot.process.environments import HOME, rasa_python
from bot.process.faults import OperatorError
from bot.process.models import model_path, training_folder
from bot.process.opening import database_name, open_estate, store_faults
from bot.process.ports import why_not
from bot.process.system_packages import PACKAGES, missing_packages
from bot.process.telegram_check import ask_telegram, faults_of
from bot.settings import Settings
from bot.store.engine import Store
from bot.store.migrate import newest_revision
from bot.store.tables import Agent, Household

LITTLE_ROOM = 1_000_000_000
"""Bytes: training and a few months of photos need about that."""


class Verdict(Enum):
    """How a check ended."""

    GOOD = "ok"
    HINT = "hint"
    FAULT = "FAULT"


@dataclass(frozen=True)
class Finding:
    """One line of the report; `mend` says what to do where something is to be done."""

    verdict: Verdict
    what: str
    found: str
    mend: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """All checks, in the order in which things depend on each other. Changes nothing."""
    for check in CHECKS:
        try:
            yield from check(settings)
        except OperatorError as fault:
            for line in fault.lines:
                yield _fault(*_split(line))


def environments(_: Settings) -> Iterator[Finding]:
    yield _good("environment rasa", str(rasa_python()))
    tests = [name for name in ("desk-dev", "rasa-dev") if not (HOME / "envs" / name).exists()]
    if tests:
        yield _hint(f"environment {', '.join(tests)}", "not built", "only tests need it: ./guanjia test")


def data(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data_dir).free
    room = f"{settings.data_dir}, {free / 1e9:.1f} GB free"
    if not os.access(settings.data_dir, os.W_OK):
        yield _fault("data folder", f"{settings.data_dir} cannot be written", "give us the folder (chown)")
    elif free < LITTLE_ROOM:
        yield _fault("data folder", room, "make room: what cannot be stored cannot be answered")
    else:
        yield _good("data folder", room)
    secrets = settings.data_dir / "secrets.json"
    mode = stat.S_IMODE(secrets.stat().st_mode)
    if mode & 0o077:
        yield _fault("secrets", f"{secrets} may be read by others ({mode:o})", f"chmod 600 {secrets}")
    else:
        yield _good("secrets", "there, for the owner only")


def estate(settings: Settings) -> Iterator[Finding]:
    found = open_estate(settings)
    yield _good("estate", f"{found.name} ({settings.estate_path})")
    if settings.estate_path == settings.project_dir / "estate.yml":
        yield _hint(
            "estate",
            "it is the sample",
            f"copy estate.yml to {settings.data_dir / 'estate.yml'} and make it yours (docs/estate.md)",
        )


def handbook(settings: Settings) -> Iterator[Finding]:
    """The handbook's files, every mistake with its mend; what is published at the desk is not looked at."""
    folder = settings.handbook_folder(open_estate(settings).handbook)
    try:
        found = read_handbook(folder)
    except EstateError as fault:
        yield from (_fault(f"handbook {one.field}", one.reason, one.mend) for one in fault.problems)
        return
    if not len(found):
        yield _hint("handbook", f"{folder} holds no entry", "copy the sample there (docs/handbook.md)")
        return
    yield _good("handbook", f"{len(found)} entries ({folder})")
    if folder == settings.project_dir / folder.name:
        mend = f"copy it to {settings.data_dir / folder.name} and make it yours (docs/handbook.md)"
        yield _hint("handbook", "it is the sample", mend)


def database(settings: Settings) -> Iterator[Finding]:
    name = database_name(settings)
    if settings.database_url.startswith("sqlite") and not (settings.data_dir / "guanjia.db").exists():
        yield _hint("database", f"{name} is not there yet", "the first ./guanjia up makes it")
        return
    store = Store.at(settings.database_url)
    try:
        with store_faults(settings), store.read() as session:
            try:
                revision = session.scalar(text("SELECT version_num FROM alembic_version"))
            except DBAPIError:
                yield _hint("database", f"{name} is empty", "the first ./guanjia up fills it")
                return
            if revision != newest_revision():
                yield _hint(
                    "database", f"schema {revision}, {newest_revision()} is new", "start ./guanjia up"
                )
                return
            yield _good("database", f"{name}, schema {revision}")
            homes = session.scalar(select(func.count()).select_from(Household)) or 0
            yield (
                _good("homes", str(homes))
                if homes
                else _hint("homes", "none", "./guanjia import households.csv: else no resident is known")
            )
            yield from _people(session.scalars(select(Agent).where(Agent.active)).all())
    finally:
        store.close()


def model(settings: Settings) -> Iterator[Finding]:
    path = model_path(more=training_folder(settings.data_dir))
    if path.exists():
        yield _good("model", f"{path.name} fits the training data")
    else:
        yield _hint("model", "none for the training data as it is", "./guanjia train, or the next up does")


def processes(settings: Settings) -> Iterator[Finding]:
    running = data_folder.running(settings.data_dir)
    if running is None:
        yield _hint("desk", "is not running", "start it: ./guanjia up")
        if why_not(settings.host, settings.port) is not None:
            yield _fault(
                f"port {settings.port}", "cannot be listened on", "stop who uses it, or start with --port"
            )
        return
    local = f"http://127.0.0.1:{settings.port}" if settings.host in ("0.0.0.0", "::") else running.url
    yield _answers("desk", f"{local}/health", {})
    secret = {"Authorization": f"Bearer {settings.rasa_secret}"}
    yield _answers("assistant", f"http://127.0.0.1:{running.rasa_port}/webhooks/desk/ready", secret)


def network(settings: Settings) -> Iterator[Finding]:
    if settings.public_url and settings.public_url.startswith("http://"):
        yield _fault("public_url", f"{settings.public_url} is not encrypted", "serve it with https")
    elif settings.host in ("0.0.0.0", "::") and not settings.public_url:
        yield _hint(
            "network",
            f"listens on {settings.host}, without a public address",
            "put a proxy with TLS before it and set GUANJIA_PUBLIC_URL=https://… (docs/operation.md)",
        )
    else:
        running = data_folder.running(settings.data_dir)
        yield _good("network", running.url if running else settings.desk_url)


def tests(_: Settings) -> Iterator[Finding]:
    missing = missing_packages()
    if missing:
        yield _hint(
            "tests", f"{', '.join(missing)} missing", f"apt-get install {' '.join(missing)} (tests only)"
        )
    else:
        yield _good("tests", f"{', '.join(PACKAGES)} are there")


def telegram(settings: Settings) -> Iterator[Finding]:
    if settings.telegram_token is None:
        yield _good("telegram", "not set up (docs/channels/telegram.md)")
        return
    answered = ask_telegram(settings)
    way = "webhook" if webhook_address(settings) else "polling"
    yield _good("telegram", f"@{answered.me.get('username')}, receives by {way}")
    for is_fault, found, mend in faults_of(settings, answered):
        yield _fault("telegram", found, mend) if is_fault else _hint("telegram", found, mend)


def telegram_group(settings: Settings) -> Iterator[Finding]:
    """The agents' group at Telegram, where there is a bot and a database."""
    if settings.telegram_token is None:
        return
    levels = {"ok": Verdict.GOOD, "hint": Verdict.HINT, "fault": Verdict.FAULT}
    lines = telegram_staff.staff_lines(settings, open_estate(settings))
    yield from (Finding(levels[level], "telegram group", found, mend) for level, found, mend in lines)


def paging(settings: Settings) -> Iterator[Finding]:
    """Who is called in an emergency, and whether the devices have what they need."""
    verdicts = {duty_check.FAULT: Verdict.FAULT, duty_check.HINT: Verdict.HINT, duty_check.GOOD: Verdict.GOOD}
    has_telegram = settings.telegram_token is not None
    for verdict, what, found, mend in duty_check.duty_lines(
        open_estate(settings), os.environ, telegram=has_telegram
    ):
        yield Finding(verdicts[verdict], what, found, mend)


def serving(settings: Settings) -> Iterator[Finding]:
    """The page of the people who serve chats, and who is called when none is open."""
    levels = {"ok": Verdict.GOOD, "hint": Verdict.HINT, "fault": Verdict.FAULT}
    names = service_check.names_at_desk(settings.database_url)
    lines = (
        *service_check.public_lines(settings.public_url),
        *service_check.roster_lines(open_estate(settings), names),
    )
    yield from (Finding(levels[level], what, found, mend) for level, what, found, mend in lines)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    environments,
    data,
    estate,
    handbook,
    database,
    model,
    processes,
    network,
    telegram,
    telegram_group,
    paging,
    serving,
    tests,
)


def _people(agents: Sequence[Agent]) -> Iterator[Finding]:
    waiting = [agent.login for agent in agents if agent.must_change_password]
    if not agents:
        yield _hint("people at the desk", "nobody", "the first ./guanjia up makes an account")
    elif waiting:
        yield _hint(
            "people at the desk",
            f"{len(agents)}; first password not changed: {', '.join(waiting)}",
            "sign in, or give a new one: ./guanjia agent password LOGIN",
        )
    else:
        yield _good("people at the desk", str(len(agents)))


def _answers(what: str, url: str, headers: dict[str, str]) -> Finding:
    try:
        answer = httpx.get(url, headers=headers, timeout=5.0, trust_env=False)
    except httpx.TransportError as fault:
        return _fault(what, f"{url} does not answer ({type(fault).__name__})", "read what ./guanjia up says")
    if answer.status_code == httpx.codes.OK:
        return _good(what, f"answers at {url}")
    return _fault(what, f"{url} answers {answer.status_code}", "wait a minute, then read what up says")


def _split(line: str) -> tuple[str, str, str]:
    what, _, rest = line.partition(": ")
    found, _, mend = rest.rpartition("; ")
    return what, found, mend


def _good(what: str, found: str) -> Finding:
    return Finding(Verdict.GOOD, what, found)


def _hint(what: str, found: str, mend: str) -> Finding:
    return Finding(Verdict.HINT, what, found, mend)


def _fault(what: str, found: str, mend: str) -> Finding:
    return Finding(Verdict.FAULT, what, found, mend)
