"""The lists of chats, read in few queries however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from bot.desk.estate.model import Estate
from bot.desk.service.queue import read_queue, upset_of
from bot.desk.talk.secrets import secret_ids
from bot.store.service_tables import ChatOffer
from bot.store.states import Mode, Sender
from bot.store.tables import Agent, Conversation, Message, Residency, Resident, Turn
from bot.workspace.chats.reading import homes_of
from bot.workspace.visits import Me

WITH_BOT_DAYS = 7
"""The assistant's chats of this many days are listed …"""
WITH_BOT_LIMIT = 30
"""… and not more than so many."""
WAITING_LIMIT = 100
"""Of those who wait, the next ones; how many wait in all stands above them."""
OTHERS_LIMIT = 30
"""Of the chats colleagues serve, the latest; the rest are one click away."""


@dataclass(frozen=True)
class KeptFor:
    """For whom a waiting chat is kept, and until when."""

    offer_id: int
    agent_id: int
    name: str
    until: datetime


@dataclass(frozen=True)
class ChatLine:
    """One chat in the list."""

    chat: Conversation
    last: Message | None
    home: str | None
    home_verified: bool
    upset: int
    """The worst of the resident's last five messages, 0 to 2."""
    secret: bool = False
    """Is what was said last for supervisors and admins alone?"""
    emergency: bool = False
    kept_for: KeptFor | None = None


@dataclass(frozen=True)
class ChatLists:
    """The three lists: who waits, hers (or, for supervisors, all that people serve), the assistant's."""

    waiting: Sequence[ChatLine]
    mine: Sequence[ChatLine]
    others: Sequence[ChatLine]
    with_bot: Sequence[ChatLine]
    waiting_in_all: int = 0
    others_in_all: int = 0
    whole: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.waiting or self.mine or self.others or self.with_bot)


def chat_lists(session: Session, me: Me, *, estate: Estate, now: datetime, whole: bool = False) -> ChatLists:
    """All lists of the chats page; who waits stands in the order of the queue. `whole`: without limits."""
    queue = read_queue(session, estate=estate, now=now)
    ids = [one.conversation_id for one in (queue if whole else queue[:WAITING_LIMIT])]
    chats = {chat.id: chat for chat in session.scalars(_chats().where(Conversation.id.in_(ids)))}
    emergencies = frozenset(one.conversation_id for one in queue if one.emergency)
    waiting = [chats[one] for one in ids if one in chats]
    human = _chats().where(Conversation.mode == Mode.HUMAN).order_by(Conversation.last_message_at.desc())
    of_others = Conversation.owner_id != me.id
    with_bot = (
        _chats()
        .where(
            Conversation.mode == Mode.BOT,
            Conversation.last_message_at > now - timedelta(days=WITH_BOT_DAYS),
        )
        .order_by(Conversation.last_message_at.desc())
        .limit(WITH_BOT_LIMIT)
    )
    others = session.scalars(human.where(of_others).limit(None if whole else OTHERS_LIMIT)).all()
    in_all = select(func.count()).where(Conversation.mode == Mode.HUMAN, of_others)
    kept = kept_for(session, [chat.id for chat in waiting])
    return ChatLists(
        waiting=_lines(session, waiting, of_resident=True, emergencies=emergencies, kept=kept),
        mine=_lines(session, session.scalars(human.where(Conversation.owner_id == me.id)).all()),
        others=_lines(session, others),
        with_bot=_lines(session, session.scalars(with_bot).all()),
        waiting_in_all=len(queue),
        others_in_all=session.scalar(in_all) or 0,
        whole=whole,
    )


def kept_for(session: Session, ids: Sequence[int]) -> dict[int, KeptFor]:
    """The open offers of these conversations."""
    rows = session.execute(
        select(ChatOffer, Agent.name)
        .join(Agent, Agent.id == ChatOffer.agent_id)
        .where(ChatOffer.outcome.is_(None), ChatOffer.conversation_id.in_(ids))
    )
    return {
        offer.conversation_id: KeptFor(offer.id, offer.agent_id, name, offer.until) for offer, name in rows
    }


def lines_by_id(session: Session, ids: Sequence[int]) -> list[ChatLine]:
    """The lines of these chats, in this order, by what the residents said last."""
    chats = {chat.id: chat for chat in session.scalars(_chats().where(Conversation.id.in_(ids)))}
    return _lines(session, [chats[one] for one in ids if one in chats], of_resident=True)


def _chats() -> Select[Conversation]:
    return select(Conversation).options(
        joinedload(Conversation.owner),
        joinedload(Conversation.resident).selectinload(Resident.homes).joinedload(Residency.household),
    )


def _lines(
    session: Session,
    chats: Sequence[Conversation],
    *,
    of_resident: bool = False,
    emergencies: frozenset[int] = frozenset(),
    kept: Mapping[int, KeptFor] | None = None,
) -> list[ChatLine]:
    ids = [chat.id for chat in chats]
    last = _last_messages(session, ids, of_resident)
    secret = secret_ids(session, last.values())
    upset = upset_of(session, ids)
    lines = []
    for chat in chats:
        homes = homes_of(chat.resident)
        home = homes[0].household.key if homes else None
        verified = bool(homes) and homes[0].verified_at is not None
        said = last.get(chat.id)
        hidden = said is not None and said.id in secret
        line = ChatLine(chat, said, home, verified, upset.get(chat.id, 0), hidden)
        lines.append(replace(line, emergency=chat.id in emergencies, kept_for=(kept or {}).get(chat.id)))
    return lines


def _last_messages(session: Session, ids: Sequence[int], of_resident: bool) -> dict[int, Message]:
    """What was said last; who waits is known by what she herself said last."""
    said = select(func.max(Message.seq)).where(Message.conversation_id == Conversation.id)
    if of_resident:
        said = said.where(Message.sender == Sender.RESIDENT)
    newest = said.correlate(Conversation).scalar_subquery()
    rows = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id.in_(ids), Message.seq == newest)
        .options(
            # What was understood of it is the biggest part of a message, and no list shows it.
            load_only(
                Message.conversation_id, Message.sender, Message.text, Message.turn_id, Message.created_at
            ),
            selectinload(Message.attachments),
            joinedload(Message.turn).load_only(Turn.supervisors_only),
        )
    )
    return {row.conversation_id: row for row in rows}
