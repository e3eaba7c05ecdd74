"""What differs from one installation to the next: folders, addresses, ports, secrets and the estate's file.

Read once at start, by `load_settings()`, and handed down. Order of precedence: what the caller says,
then the environment (`GUANJIA_…`, `DATABASE_URL`), then the defaults. The secrets are made once and
kept in the data folder. Every error is one line that names the field, the reason and the mend.
"""

import json
import os
import re
import secrets as random_secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

PROJECT_DIR = Path(__file__).resolve().parent.parent
SECRET_NAMES = ("rasa_secret", "actions_secret", "operator_token", "seal_key")


class SettingsError(Exception):
    """A setting that cannot be used: says which field, why, and what to do about it."""

    def __init__(self, where: str, reason: str, mend: str) -> None:
        self.where = where
        self.reason = reason
        self.mend = mend
        super().__init__(f"{where}: {reason}; {mend}")


class NotStartedYet(SettingsError):
    """The data folder has no secrets: no `up` has used it."""


@dataclass(frozen=True)
class Settings:
    """One installation. `data_dir` is its whole state, unless `database_url` names a PostgreSQL."""

    project_dir: Path
    data_dir: Path
    database_url: str
    host: str
    port: int
    actions_port: int
    rasa_port: int
    rasa_url: str
    estate_path: Path
    public_url: str | None
    desk_id: str
    """Names this desk in leases; another one after each start."""
    rasa_secret: str = field(repr=False)
    actions_secret: str = field(repr=False)
    operator_token: str = field(repr=False)
    seal_key: str = field(repr=False)
    """Opens what the store keeps sealed; desks of one store share it."""
    telegram_token: str | None = field(default=None, repr=False)
    """From @BotFather; None: no Telegram."""
    telegram_api_url: str = "https://api.telegram.org"
    """The Bot API server's root, without `/bot`."""
    telegram_proxy: str | None = field(default=None, repr=False)
    telegram_receive: str = "auto"
    """poll | webhook | auto: by webhook where a public https address is set."""

    @property
    def attachments_dir(self) -> Path:
        """Where the files that messages carry lie, named by their hash."""
        return self.data_dir / "attachments"

    @property
    def tracker_db(self) -> Path:
        """Rasa's own disposable state; the desk's store is the record (docs/rasa.md)."""
        return self.data_dir / "rasa-tracker.db"

    @property
    def handbook_index(self) -> Path:
        """What the Rasa server searches: written by the desk from the handbook, disposable."""
        return self.data_dir / "handbook-index.json"

    def handbook_folder(self, name: str) -> Path:
        """Where the handbook lies: the data folder's own, where there is one; else the sample."""
        own = self.data_dir / name
        return own if own.is_dir() else self.project_dir / name

    @property
    def actions_url(self) -> str:
        """Where the Rasa server calls the custom actions (this machine only)."""
        return f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def desk_url(self) -> str:
        """The web chat's address as a browser on this machine reaches it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def rasa_environment(self) -> dict[str, str]:
        """The variables that `endpoints.yml` and `credentials.yml` of the Rasa server name."""
        return {
            "GUANJIA_RASA_SECRET": self.rasa_secret,
            "GUANJIA_ACTIONS_URL": self.actions_url,
            "GUANJIA_ACTIONS_SECRET": self.actions_secret,
            "GUANJIA_TRACKER_DB": str(self.tracker_db),
            "GUANJIA_HANDBOOK": str(self.handbook_index),
        }


def load_settings(
    *, environ: Mapping[str, str] | None = None, write: bool = True, **overrides: Any
) -> Settings:
    """Read the settings; `overrides` are fields of `Settings` (None means: not given).

    Makes the data folder and its secrets unless `write` is False (then missing secrets are an error).
    Raises SettingsError.
    """
    env = os.environ if environ is None else environ
    given = {name: value for name, value in overrides.items() if value is not None}
    unknown = set(given) - {f.name for f in fields(Settings)}
    if unknown:
        raise TypeError(f"no such settings: {', '.join(sorted(unknown))}")

    def read(name: str, default: Any) -> Any:
        if name in given:
            return given[name]
        return env.get(f"GUANJIA_{name.upper()}") or default

    project = Path(read("project_dir", PROJECT_DIR)).resolve()
    data = Path(read("data_dir", project / "data")).expanduser().resolve()
    if write:
        _make_folder(data)
    secrets = _secrets(data, write=write)
    port = _port("port", read("port", 8080))
    rasa_port = _port("rasa_port", read("rasa_port", 5005))
    database = given.get("database_url") or env.get("GUANJIA_DATABASE_URL") or env.get("DATABASE_URL")
    return Settings(
        project_dir=project,
        data_dir=data,
        database_url=_database_url(database or f"sqlite:///{data / 'guanjia.db'}"),
        host=str(read("host", "127.0.0.1")),
        port=port,
        actions_port=_port("actions_port", read("actions_port", 5055)),
        rasa_port=rasa_port,
        rasa_url=_web_url("rasa_url", str(read("rasa_url", f"http://127.0.0.1:{rasa_port}"))),
        estate_path=_estate_path(project, data, read("estate_path", None)),
        public_url=_public_url(read("public_url", None)),
        desk_id=str(read("desk_id", f"desk-{uuid4().hex[:12]}")),
        **{name: str(read(name, secrets.get(name))) for name in SECRET_NAMES},
        **_telegram(env, given),
    )


def data_folder_of(given: Path | None = None) -> Path:
    """The data folder that `load_settings` would take; nothing is made or read."""
    named = given or os.environ.get("GUANJIA_DATA_DIR") or PROJECT_DIR / "data"
    return Path(named).expanduser().resolve()


def read_estate(path: Path) -> dict[str, Any]:
    """The estate's file as a mapping, for `bot.desk.estate.model.parse_estate`.

    Raises SettingsError for a file that cannot be read, EstateError for one that is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            str(path), "the estate's file is not there", "copy the sample estate.yml there and edit it"
        ) from None
    except OSError as fault:
        raise SettingsError(str(path), fault.strerror or str(fault), "make the file readable") from fault
    except UnicodeDecodeError as fault:
        raise SettingsError(
            str(path), f"byte {fault.start} is not UTF-8", "save the file as UTF-8"
        ) from fault
    # Here, because the supervisor reads settings and stays small: what reads estates brings much along.
    from bot.desk.estate.reading import load_mapping

    return load_mapping(text)


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "attachments").mkdir(exist_ok=True)
    except OSError as fault:
        raise SettingsError(
            f"data folder {data}", fault.strerror or str(fault), "name another one with --data"
        ) from fault


def _secrets(data: Path, *, write: bool) -> dict[str, str]:
    """The secrets of this installation, made at the first start and never printed."""
    path = data / "secrets.json"
    mend = "restore the file from a backup, or move it away and start again (new secrets are made)"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not write:
            raise NotStartedYet(
                f"data folder {data}", "has not been used yet", "start it once: ./guanjia up"
            ) from None
        kept = {}
    except OSError as fault:
        raise SettingsError(str(path), fault.strerror or str(fault), "make the file readable") from fault
    except ValueError as fault:
        raise SettingsError(str(path), "is damaged (not JSON)", mend) from fault
    if not isinstance(kept, dict):
        raise SettingsError(str(path), "is damaged (no object)", mend)
    for name in SECRET_NAMES:
        if name in kept and not (isinstance(kept[name], str) and len(kept[name]) >= 16):
            raise SettingsError(f"{path}, {name}", "is damaged (a text of 16 or more is needed)", mend)
    missing = [name for name in SECRET_NAMES if name not in kept]
    if missing and write:
        kept.update((name, random_secrets.token_urlsafe(32)) for name in missing)
        _write_private(path, json.dumps(kept, indent=2) + "\n")
    elif missing:
        raise SettingsError(f"{path}, {missing[0]}", "is missing", "start it once: ./guanjia up makes it")
    return kept


def _write_private(path: Path, text: str) -> None:
    """Write for the owner's eyes only, whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as fault:
        raise SettingsError(
            str(path), fault.strerror or str(fault), "free space, or make the data folder writable"
        ) from fault


def _estate_path(project: Path, data: Path, given: Any) -> Path:
    """What was given; else the data folder's own file, where there is one; else the sample."""
    if given:
        return Path(given).expanduser().resolve()
    own = data / "estate.yml"
    return own if own.exists() else project / "estate.yml"


_TELEGRAM = {
    "telegram_token": "TELEGRAM_BOT_TOKEN",
    "telegram_api_url": "TELEGRAM_API_BASE_URL",
    "telegram_proxy": "TELEGRAM_PROXY",
    "telegram_receive": "TELEGRAM_RECEIVE",
}


def _telegram(env: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of Telegram that were given (docs/channels/telegram.md); never says the token."""
    said = {name: str(given.get(name) or env.get(variable) or "") for name, variable in _TELEGRAM.items()}
    found = {name: value.strip() for name, value in said.items() if value.strip()}
    token = found.get("telegram_token")
    if token is not None and not re.fullmatch(r"\d{5,20}:[\w-]{20,}", token):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN", "is no token (123456:ABC…)", "copy it again from @BotFather in Telegram"
        )
    if "telegram_api_url" in found:
        root = _web_url("TELEGRAM_API_BASE_URL", found["telegram_api_url"])
        found["telegram_api_url"] = root.removesuffix("/bot")
    proxy = urlsplit(found.get("telegram_proxy", "http://none"))
    if proxy.scheme not in ("http", "https", "socks5", "socks5h") or not proxy.hostname:
        raise SettingsError(
            "TELEGRAM_PROXY", "is no proxy's address", "give http://host:port or socks5://host:port"
        )
    if found.get("telegram_receive", "auto") not in ("auto", "poll", "webhook"):
        raise SettingsError(
            "TELEGRAM_RECEIVE", f"{found['telegram_receive']!r} is unknown", "give auto, poll or webhook"
        )
    return found


def _port(name: str, value: Any) -> int:
    try:
        port = int(value)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise SettingsError(name, f"{value!r} is no port", "give a number from 1 to 65535")
    return port


def _database_url(url: str) -> str:
    """The URL with the driver the desk uses: plain `postgres://…` and `postgresql://…` mean psycopg 3."""
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.split("+")[0] not in ("sqlite", "postgres", "postgresql"):
        # Never the whole address: a password may stand in it.
        raise SettingsError(
            "DATABASE_URL",
            f"{scheme!r} is no database the desk knows" if colon else "is no address of a database",
            "give postgresql://user:password@host/name, or leave it away for SQLite in the data folder",
        )
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def _web_url(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(name, f"{url!r} is no web address", "give it as http://host:port")
    return url.rstrip("/")


def _public_url(url: Any) -> str | None:
    return _web_url("public_url", str(url)) if url else None
