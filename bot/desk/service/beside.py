"""What people keep beside a chat: private notes with mentions (R36), drafts, residents' needs (R29)."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from bot.desk import audit
from bot.desk.people.agents import active_agents
from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.talk.transcript import storable
from bot.store.service_tables import ChatDraft, ChatNote, ResidentTrait

NEED, PREFERENCE = "need", "preference"
TRAIT_KINDS = (NEED, PREFERENCE)
_TRAIT_LIMIT = 200


class NothingSaid(ValueError):
    """An empty note, or a trait without words."""


def add_note(session: Session, conversation_id: int, *, agent_id: int, text: str, now: datetime) -> ChatNote:
    """A private note; whoever it names with @ gets a notice. Raises NothingSaid."""
    text = storable(text).strip()
    if not text:
        raise NothingSaid
    conversation = lock_conversation(session, conversation_id)
    mentioned = mentions(text, {one.name: one.id for one in active_agents(session)})
    note = ChatNote(
        conversation_id=conversation.id, agent_id=agent_id, text=text, mentions=list(mentioned), at=now
    )
    session.add(note)
    session.flush()
    for colleague in mentioned:
        if colleague != agent_id:
            give_notice(
                session,
                key=f"note:{note.id}:{colleague}",
                kind="mentioned",
                agent_id=colleague,
                conversation_id=conversation.id,
                now=now,
            )
    return note


def mentions(text: str, people: dict[str, int]) -> tuple[int, ...]:
    """Ids of those whom a note names as @name; of two names that fit, the longer one."""
    if not people:
        return ()
    names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    return tuple(dict.fromkeys(people[name] for name in re.findall(rf"[@＠]({names})", text)))


def notes_of(session: Session, conversation_id: int, *, after: int = 0) -> Sequence[ChatNote]:
    """The notes of a chat, oldest first, with who wrote them."""
    return session.scalars(
        select(ChatNote)
        .where(ChatNote.conversation_id == conversation_id, ChatNote.id > after)
        .options(joinedload(ChatNote.agent))
        .order_by(ChatNote.id)
    ).all()


def save_draft(session: Session, conversation_id: int, *, agent_id: int, text: str, now: datetime) -> None:
    """Keep what she began to write; an empty one is taken away. The last saving counts."""
    text = storable(text)
    if not text.strip():
        found = session.get(ChatDraft, (conversation_id, agent_id))
        if found is not None:
            session.delete(found)
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"text": text, "saved_at": now}
    session.execute(
        insert(ChatDraft)
        .values(conversation_id=conversation_id, agent_id=agent_id, **values)
        .on_conflict_do_update(index_elements=["conversation_id", "agent_id"], set_=values)
    )


def draft_of(session: Session, conversation_id: int, *, agent_id: int) -> str:
    """What she began to write here, on any browser of hers; "" for nothing."""
    found = session.get(ChatDraft, (conversation_id, agent_id))
    return found.text if found else ""


def add_trait(
    session: Session, resident_id: int, *, kind: str, text: str, by: str, now: datetime
) -> ResidentTrait:
    """Remember a need or a preference of hers; said twice it is there once. Raises NothingSaid."""
    text = storable(text).strip()[:_TRAIT_LIMIT]
    if not text or kind not in TRAIT_KINDS:
        raise NothingSaid
    for known in traits_of(session, resident_id):
        if (known.kind, known.text) == (kind, text):
            return known
    trait = ResidentTrait(resident_id=resident_id, kind=kind, text=text, by=by, at=now)
    session.add(trait)
    audit.note(session, by=by, what="add_trait", subject=f"resident:{resident_id}", now=now)
    session.flush()
    return trait


def remove_trait(session: Session, resident_id: int, trait_id: int, *, by: str, now: datetime) -> bool:
    """It holds no more; who said so is kept. False when it is not hers or gone already."""
    trait = session.get(ResidentTrait, trait_id)
    if trait is None or trait.resident_id != resident_id or trait.removed_at is not None:
        return False
    trait.removed_at, trait.removed_by = now, by
    audit.note(session, by=by, what="remove_trait", subject=f"resident:{resident_id}", now=now)
    session.flush()
    return True


def traits_of(session: Session, resident_id: int) -> Sequence[ResidentTrait]:
    """What holds of her, needs first."""
    return session.scalars(
        select(ResidentTrait)
        .where(ResidentTrait.resident_id == resident_id, ResidentTrait.removed_at.is_(None))
        .order_by(ResidentTrait.kind, ResidentTrait.id)
    ).all()
