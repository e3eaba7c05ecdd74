"""Who stands behind the signs of `bot/store/actors.py`."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store import actors
from bot.store.tables import Agent


def names_of(session: Session, signs: Iterable[str]) -> dict[str, str]:
    """The names behind "agent:3" and "duty:周强"; other signs are not in it."""
    signs = set(signs)
    ids = {int(sign.removeprefix("agent:")) for sign in signs if sign.startswith("agent:")}
    rows = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))
    duty = {sign: sign.removeprefix("duty:") for sign in signs if sign.startswith("duty:")}
    return {actors.agent(agent_id): name for agent_id, name in rows} | duty
