"""Quick phrases 常用语 (R37): shipped, the estate's own, each person's own; filled in for one chat."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.desk import audit
from bot.desk.talk.transcript import storable
from bot.desk.wording.words import Words
from bot.store import actors
from bot.store.service_tables import QuickPhrase

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Phrase:
    """One phrase to choose. `id` is set for those in the store, `key` for shipped ones (changed or not)."""

    title: str
    text: str
    key: str | None = None
    id: int | None = None
    own: bool = False
    hidden: bool = False


class UnknownVariable(ValueError):
    """A phrase names something nobody can fill in."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no variable {name!r}")
        self.name = name


def phrases_for(session: Session, words: Words, *, agent_id: int, with_hidden: bool = False) -> list[Phrase]:
    """Hers first, then the estate's, then the shipped ones that nobody changed or hid."""
    rows = session.scalars(
        select(QuickPhrase)
        .where(or_(QuickPhrase.owner_id == agent_id, QuickPhrase.owner_id.is_(None)))
        .order_by(QuickPhrase.id)
    ).all()
    changed = {row.key for row in rows if row.key}
    titles = words.labels.get("phrase_title", {})
    shipped = [
        Phrase(titles.get(key, key), text, key)
        for key, text in words.labels.get("phrase", {}).items()
        if key not in changed
    ]
    stored = [
        Phrase(row.title, row.text, row.key, row.id, row.owner_id is not None, row.hidden)
        for row in rows
        if with_hidden or not row.hidden
    ]
    return [*(one for one in stored if one.own), *(one for one in stored if not one.own), *shipped]


def filled(text: str, values: Mapping[str, str | None], words: Words) -> str:
    """The phrase for one chat; what is not known stands as 【工单号】, to be filled in by hand."""
    slots = words.labels.get("phrase_slot", {})

    def value(match: re.Match[str]) -> str:
        return values.get(match[1]) or f"【{slots.get(match[1], match[1])}】"

    return _VARIABLE.sub(value, text)


def save_phrase(
    session: Session,
    words: Words,
    *,
    title: str,
    text: str,
    agent_id: int,
    shared: bool,
    phrase_id: int | None = None,
    key: str | None = None,
    hidden: bool = False,
    now: datetime,
) -> QuickPhrase | None:
    """Write a phrase, new or changed; None when there is none of this id that she may change.

    A shared one is the estate's (the caller sees that only supervisors change those). Raises
    UnknownVariable.
    """
    for name in _VARIABLE.findall(text):
        if name not in words.labels.get("phrase_slot", {}):
            raise UnknownVariable(name)
    row = _row(session, agent_id=agent_id, shared=shared, phrase_id=phrase_id, key=key)
    if row is None:
        return None
    row.title, row.text, row.hidden = storable(title)[:60], storable(text), hidden
    row.by, row.at = actors.agent(agent_id), now
    session.add(row)
    session.flush()
    audit.note(session, by=row.by, what="save_phrase", subject=f"phrase:{row.id}", now=now)
    return row


def delete_phrase(session: Session, phrase_id: int, *, agent_id: int, shared: bool, now: datetime) -> bool:
    """Take a phrase away; a shipped one that was changed is as shipped again. False when it is not hers."""
    row = _row(session, agent_id=agent_id, shared=shared, phrase_id=phrase_id, key=None)
    if row is None or row.id is None:
        return False
    session.delete(row)
    audit.note(
        session, by=actors.agent(agent_id), what="delete_phrase", subject=f"phrase:{phrase_id}", now=now
    )
    return True


def _row(
    session: Session, *, agent_id: int, shared: bool, phrase_id: int | None, key: str | None
) -> QuickPhrase | None:
    owner = None if shared else agent_id
    if phrase_id is not None:
        found = session.get(QuickPhrase, phrase_id)
        return found if found is not None and found.owner_id == owner else None
    if key is not None:
        found = session.scalars(select(QuickPhrase).where(QuickPhrase.key == key)).one_or_none()
        if found is not None:
            return found if found.owner_id == owner else None
    return QuickPhrase(owner_id=owner, key=key)
