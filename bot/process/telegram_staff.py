"""The agents' group at Telegram, as an operator binds and examines it (docs/channels/telegram-staff.md)."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.desk.estate.model import Estate
from bot.desk.service.presence import SERVES
from bot.messaging.channels.telegram.api import ApiFault, TelegramApi
from bot.messaging.channels.telegram_staff.checks import Standing, look_at
from bot.messaging.channels.telegram_staff.groups import (
    agent_of,
    bind,
    bind_member,
    bound_group,
    issue_code,
    unbind,
    unbind_member,
)
from bot.process.faults import OperatorError
from bot.process.opening import opened_store
from bot.process.telegram_check import ask_telegram
from bot.settings import Settings
from bot.store.actors import OPERATOR
from bot.store.engine import Store
from bot.store.errors import StoreError
from bot.store.tables import Agent
from bot.store.telegram_staff_tables import StaffMember

MENDS = {
    "not_there": ("the bot is not in the group", "put it back, or bind again: ./guanjia telegram staff"),
    "not_forum": ("the group has no topics", "Telegram: group settings, Topics, on"),
    "no_rights": (
        "the bot may not manage topics",
        "Telegram: make it an administrator with Manage Topics and Pin Messages",
    ),
}
"""What is wrong with a group, and what to do."""


def invitation(settings: Settings) -> str:
    """A link for one hour: the group that is chosen in it becomes the staff's. Raises OperatorError."""
    name = ask_telegram(settings).me["username"]
    with opened_store(settings) as store, store.write() as session:
        code = issue_code(session, bot_id(settings), by=OPERATOR, now=datetime.now(UTC))
    return f"https://t.me/{name}?startgroup={code}&admin=manage_topics+pin_messages"


def bind_group(settings: Settings, chat_id: int) -> Standing:
    """Bind the group of that number, where the bot is already. Raises OperatorError with what is missing."""
    standing = ask_standing(settings, chat_id)
    if standing.fault is not None:
        found, mend = MENDS[standing.fault]
        raise OperatorError(f"group {chat_id}", found, mend)
    with opened_store(settings) as store, store.write() as session:
        now = datetime.now(UTC)
        bind(session, bot_id(settings), chat_id=chat_id, title=standing.title, by=OPERATOR, now=now)
    return standing


def unbind_group(settings: Settings) -> None:
    """No group any more. Raises OperatorError when there was none."""
    with opened_store(settings) as store, store.write() as session:
        if not unbind(session, bot_id(settings), by=OPERATOR, now=datetime.now(UTC)):
            raise OperatorError("telegram staff", "no group is bound", "./guanjia telegram staff")


def bind_account(settings: Settings, login: str, user_id: int | None) -> str:
    """Bind a Telegram account to a person at the desk (None: unbind hers); her name."""
    with opened_store(settings) as store, store.write() as session:
        agent = session.scalars(
            select(Agent).where(Agent.login == login.strip().lower(), Agent.active)
        ).one_or_none()
        if agent is None:
            raise OperatorError(f"login {login}", "nobody has it", "./guanjia agent list")
        if agent.role not in SERVES:
            raise OperatorError(f"login {login}", f"is {agent.role} and serves no chats", "choose another")
        now = datetime.now(UTC)
        if user_id is not None:
            bind_member(session, user_id=user_id, agent_id=agent.id, by=OPERATOR, now=now)
        elif not unbind_member(session, agent_id=agent.id, by=OPERATOR, now=now):
            raise OperatorError(f"login {login}", "has no Telegram account bound", "nothing is to be done")
        return agent.name


def ask_standing(settings: Settings, chat_id: int) -> Standing:
    """How the bot stands in that group. Raises OperatorError."""
    token = settings.telegram_token
    if token is None:
        raise OperatorError("telegram", "no bot is set", "set TELEGRAM_BOT_TOKEN")

    async def ask() -> Standing:
        api = TelegramApi(token, root=settings.telegram_api_url, proxy=settings.telegram_proxy)
        try:
            return await look_at(api, chat_id)
        finally:
            await api.close()

    try:
        return asyncio.run(ask())
    except ApiFault as fault:
        raise OperatorError("telegram", str(fault), "./guanjia doctor") from fault


def staff_lines(settings: Settings, estate: Estate) -> Iterator[tuple[str, str, str]]:
    """(ok | hint | fault, what was found, the mend). Reads only; nothing where no group is bound."""
    chat_id, unbound = _known(settings, estate)
    if chat_id is None:
        yield "ok", "none bound (./guanjia telegram staff)", ""
        return
    standing = ask_standing(settings, chat_id)
    if standing.fault is not None:
        yield "fault", *MENDS[standing.fault]
        return
    yield "ok", f"agents serve from the group {standing.title!r}", ""
    if not standing.pins:
        yield "hint", "the bot may not pin the first message of a topic", "Telegram: allow Pin Messages"
    if unbound:
        names = ", ".join(unbound)
        yield "hint", f"cannot answer from the group: {names}", "./guanjia telegram agent LOGIN --user NUMBER"


def bot_id(settings: Settings) -> int:
    """The bot's own number, which its token begins with. Raises OperatorError without a token."""
    if settings.telegram_token is None:
        raise OperatorError("telegram", "no bot is set", "set TELEGRAM_BOT_TOKEN")
    return int(settings.telegram_token.split(":")[0])


def _known(settings: Settings, estate: Estate) -> tuple[int | None, list[str]]:
    """The group and who cannot answer from it; no group where there is no database of today's schema."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None, []
    store = Store.at(settings.database_url)
    try:
        with store.read() as session:
            group = bound_group(session, bot_id(settings))
            return (group.chat_id if group is not None else None), _unbound(session, estate)
    except (DBAPIError, StoreError):
        return None, []  # the database check says so
    finally:
        store.close()


def _unbound(session: Session, estate: Estate) -> list[str]:
    bound = set(session.scalars(select(StaffMember.agent_id)))
    numbers = {person.telegram for step in estate.on_duty.chain for person in step.people if person.telegram}
    bound |= {agent.id for number in numbers if (agent := agent_of(session, estate, number)) is not None}
    agents = session.scalars(select(Agent).where(Agent.active, Agent.role.in_(SERVES)).order_by(Agent.login))
    return [agent.login for agent in agents if agent.id not in bound]
