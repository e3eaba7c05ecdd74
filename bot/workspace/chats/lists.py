"""The lists of chats, read in few queries however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from bot.desk.estate.model import Estate
from bot.desk.service.queue import read_queue, upset_of
from bot.desk.talk.secrets import secret_ids
from bot.store.service_tables import ChatOffer
from bot.store.states import Mode, Sender
from bot.store.tables import Agent, Conversation, Household, Message, Residency, Resident, Turn
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
    """All lists of the chats page; who waits stands in the order of the queue. `whole`: without limits.

    Which chats they are is asked list by list, what is said of them once for all: this is read by every
    page at every piece of news.
    """
    queue = read_queue(session, estate=estate, now=now)
    waiting = [one.conversation_id for one in (queue if whole else queue[:WAITING_LIMIT])]
    by_person = select(Conversation.id).where(Conversation.mode == Mode.HUMAN).order_by(_LATEST_FIRST)
    of_others = Conversation.owner_id != me.id
    mine = session.scalars(by_person.where(Conversation.owner_id == me.id)).all()
    others = session.scalars(by_person.where(of_others).limit(None if whole else OTHERS_LIMIT)).all()
    in_all = select(func.count()).where(Conversation.mode == Mode.HUMAN, of_others)
    with_bot = session.scalars(
        select(Conversation.id)
        .where(
            Conversation.mode == Mode.BOT,
            Conversation.last_message_at > now - timedelta(days=WITH_BOT_DAYS),
        )
        .order_by(_LATEST_FIRST)
        .limit(WITH_BOT_LIMIT)
    ).all()
    lines = _lines(
        session,
        [*waiting, *mine, *others, *with_bot],
        emergencies=frozenset(one.conversation_id for one in queue if one.emergency),
        kept=kept_for(session, waiting),
    )
    return ChatLists(
        waiting=_of(lines, waiting),
        mine=_of(lines, mine),
        others=_of(lines, others),
        with_bot=_of(lines, with_bot),
        waiting_in_all=len(queue),
        others_in_all=session.scalar(in_all) or 0,
        whole=whole,
    )


_LATEST_FIRST = Conversation.last_message_at.desc()


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
    return _of(_lines(session, ids, of_residents=True), ids)


def _of(lines: Mapping[int, ChatLine], ids: Sequence[int]) -> list[ChatLine]:
    return [lines[one] for one in ids if one in lines]


def _lines(
    session: Session,
    ids: Sequence[int],
    *,
    of_residents: bool = False,
    emergencies: frozenset[int] = frozenset(),
    kept: Mapping[int, KeptFor] | None = None,
) -> dict[int, ChatLine]:
    chats = session.scalars(_chats().where(Conversation.id.in_(ids))).all()
    last = _last_messages(session, ids, of_residents)
    secret = secret_ids(session, last.values())
    upset = upset_of(session, ids)
    lines = {}
    for chat in chats:
        homes = homes_of(chat.resident)
        said = last.get(chat.id)
        lines[chat.id] = ChatLine(
            chat=chat,
            last=said,
            home=homes[0].household.key if homes else None,
            home_verified=bool(homes) and homes[0].verified_at is not None,
            upset=upset.get(chat.id, 0),
            secret=said is not None and said.id in secret,
            emergency=chat.id in emergencies,
            kept_for=(kept or {}).get(chat.id),
        )
    return lines


def _chats() -> Select[Conversation]:
    """Chats with as much of their people as a line shows."""
    shown = (Conversation.mode, Conversation.reason, Conversation.waiting_since, Conversation.last_message_at)
    return select(Conversation).options(
        load_only(*shown),
        joinedload(Conversation.owner).load_only(Agent.name),
        joinedload(Conversation.resident).options(
            load_only(Resident.name),
            selectinload(Resident.homes).options(
                load_only(Residency.verified_at),
                joinedload(Residency.household).load_only(Household.key),
            ),
        ),
    )


def _last_messages(session: Session, ids: Sequence[int], of_residents: bool) -> dict[int, Message]:
    """What was said last; who waits (or `of_residents`: everybody) is known by what she herself said."""
    hers = Message.sender == Sender.RESIDENT
    wanted = hers if of_residents else or_(Conversation.mode != Mode.WAITING, hers)
    newest = (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, wanted)
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Message)
        .join(Conversation, Message.id == newest)
        .where(Conversation.id.in_(ids))
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
