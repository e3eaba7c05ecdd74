"""What is to be done at the chats now, and when to look again: one pure function (R31 to R34, R41).

It sees the whole floor: who waits, who is there, what was offered to whom, who serves and since when she
owes an answer. It changes nothing; `acting.py` does each act and looks again first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.desk.estate.service_part import ServiceSettings
from bot.desk.service.presence import Standing, There
from bot.desk.service.queue import Queued
from bot.store.service_tables import OfferEnd


@dataclass(frozen=True)
class Offered:
    """An offer of a wait that is still going on."""

    id: int
    conversation_id: int
    agent_id: int
    until: datetime
    outcome: OfferEnd | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Served:
    """A chat that a person serves. `heard_at` is her last sign of life, on any device."""

    conversation_id: int
    owner_id: int
    heard_at: datetime
    unanswered_since: datetime | None = None
    """The resident's oldest message without an answer of a person's; the bot's words change nothing."""
    silent_since: datetime | None = None
    """The resident was answered and has not written since."""
    warned_at: datetime | None = None
    """When she was told, in this silence, that the chat will be closed."""


@dataclass(frozen=True)
class Floor:
    """Everything the plan depends on."""

    now: datetime
    how: ServiceSettings
    attended: bool
    """Should somebody be there now, by roster or office hours?"""
    queue: Sequence[Queued] = ()
    people: Sequence[Standing] = ()
    offers: Sequence[Offered] = ()
    served: Sequence[Served] = ()
    called: Mapping[int, int] = field(default_factory=dict)
    """Steps of the chain already called, by waiting conversation."""
    chain: int = 1
    told_waiting: frozenset[int] = frozenset()
    """Waiting conversations that were told, in this wait, how things stand."""


@dataclass(frozen=True)
class EndOffer:
    offer_id: int
    outcome: OfferEnd


@dataclass(frozen=True)
class MakeOffer:
    conversation_id: int
    agent_id: int


@dataclass(frozen=True)
class ReturnChat:
    """The owner is gone or silent: back into the queue, in the place of the message she owes an answer to."""

    conversation_id: int
    owner_id: int
    why: Literal["owner_gone", "owner_silent"]
    since: datetime


@dataclass(frozen=True)
class CallOut:
    conversation_id: int
    step: int


@dataclass(frozen=True)
class TellWaiting:
    conversation_id: int


@dataclass(frozen=True)
class WarnIdle:
    conversation_id: int
    silent_since: datetime


@dataclass(frozen=True)
class CloseIdle:
    conversation_id: int
    warned_at: datetime


Act = EndOffer | MakeOffer | ReturnChat | CallOut | TellWaiting | WarnIdle | CloseIdle


@dataclass(frozen=True)
class Plan:
    acts: tuple[Act, ...]
    next_at: datetime | None
    """When something may be due although nothing happens until then."""


def plan(floor: Floor) -> Plan:
    """What to do now, in this order, and when to look again."""
    todo = _Todo()
    standing = _end_offers(floor, todo)
    _offer(floor, todo, standing)
    for chat in floor.queue:
        _mind_waiting(floor, todo, chat, offered=chat.conversation_id in standing)
    there = {one.agent_id: one for one in floor.people}
    for served in floor.served:
        _mind_served(floor, todo, served, there.get(served.owner_id))
    return Plan(tuple(todo.acts), min(todo.later, default=None))


class _Todo:
    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.later: list[datetime] = []

    def at(self, due: datetime, now: datetime, act: Act) -> None:
        if due <= now:
            self.acts.append(act)
        else:
            self.later.append(due)


def _end_offers(floor: Floor, todo: _Todo) -> set[int]:
    """End what is over; the conversations whose offer still stands."""
    people = {one.agent_id: one for one in floor.people}
    standing = set()
    for offer in floor.offers:
        if offer.outcome is not None:
            continue
        person = people.get(offer.agent_id)
        if person is None or person.there is not There.ONLINE:
            todo.acts.append(EndOffer(offer.id, OfferEnd.GONE))
        elif offer.until <= floor.now:
            todo.acts.append(EndOffer(offer.id, OfferEnd.PASSED))
        else:
            standing.add(offer.conversation_id)
            todo.later.append(offer.until)
            if person.seen_at is not None:
                todo.later.append(person.seen_at + floor.how.offline_after)
    return standing


def _offer(floor: Floor, todo: _Todo, standing: set[int]) -> None:
    """Each chat without an offer, in the order of the queue, to one who is there and has room."""
    room = _room(floor, todo)
    for chat in floor.queue:
        if chat.conversation_id in standing:
            continue
        asked = _asked(floor, chat)
        again_at = {
            agent_id: _ended(offers, floor.now) + floor.how.ask_again_after
            for agent_id, offers in asked.items()
        }
        ready = [
            one
            for one in floor.people
            if one.there is There.ONLINE
            and room[one.agent_id] > 0
            and again_at.get(one.agent_id, floor.now) <= floor.now
        ]
        person = _who(floor, chat, ready, asked, room)
        if person is not None:
            todo.acts.append(MakeOffer(chat.conversation_id, person.agent_id))
            room[person.agent_id] -= 1
        else:
            later = (*again_at.values(), chat.since + floor.how.offer_for)
            todo.later.extend(at for at in later if at > floor.now)


def _room(floor: Floor, todo: _Todo) -> dict[int, int]:
    """How many more each may be offered; what is ending in this very plan is free again."""
    room = {one.agent_id: one.capacity - one.open_chats for one in floor.people}
    ending = {act.offer_id for act in todo.acts if isinstance(act, EndOffer)}
    for offer in floor.offers:
        if offer.id in ending and offer.agent_id in room:
            room[offer.agent_id] += 1
    return room


def _asked(floor: Floor, chat: Queued) -> dict[int, list[Offered]]:
    """Who was asked for this chat in this wait, and how often."""
    asked: dict[int, list[Offered]] = {}
    for offer in floor.offers:
        if offer.conversation_id == chat.conversation_id:
            asked.setdefault(offer.agent_id, []).append(offer)
    return asked


def _ended(offers: Sequence[Offered], now: datetime) -> datetime:
    """When the last of them ended; one that ends in this very plan ends now."""
    return max((offer.ended_at or now) for offer in offers)


def _who(
    floor: Floor,
    chat: Queued,
    ready: Sequence[Standing],
    asked: Mapping[int, Sequence[Offered]],
    room: Mapping[int, int],
) -> Standing | None:
    """Agents before supervisors; who was asked least, fits, has fewest chats, was offered one longest ago."""
    agents = [one for one in ready if one.is_supervisor or not chat.for_supervisors]
    if not chat.for_supervisors:
        agents = [one for one in agents if not one.is_supervisor]
    if not agents and not chat.for_supervisors:
        nobody_else = not any(one.there is There.ONLINE and not one.is_supervisor for one in floor.people)
        waited = floor.now - chat.since >= floor.how.offer_for
        agents = list(ready) if asked or nobody_else or waited else []

    def rank(one: Standing) -> tuple[int, bool, int, float, int]:
        unfit = bool(one.skills) and chat.department is not None and chat.department not in one.skills
        load = one.capacity - room[one.agent_id]
        last = one.last_offered_at.timestamp() if one.last_offered_at else 0.0
        return (len(asked.get(one.agent_id, ())), unfit, load, last, one.agent_id)

    return min(agents, key=rank, default=None)


def _mind_waiting(floor: Floor, todo: _Todo, chat: Queued, *, offered: bool) -> None:
    """Call people out while nobody takes it; tell her how things stand."""
    if not floor.attended:
        return
    step = floor.called.get(chat.conversation_id, 0)
    if step < floor.chain and not offered and not chat.blocked:
        call = CallOut(chat.conversation_id, step)
        todo.at(chat.since + floor.how.call_after * (step + 1), floor.now, call)
    if chat.conversation_id not in floor.told_waiting:
        todo.at(chat.since + floor.how.still_waiting_after, floor.now, TellWaiting(chat.conversation_id))


def _mind_served(floor: Floor, todo: _Todo, chat: Served, owner: Standing | None) -> None:
    """A message unanswered by somebody gone or silent; a resident who does not come back."""
    how, now = floor.how, floor.now
    if chat.unanswered_since is not None:
        owed_at = chat.unanswered_since
        if owner is None or owner.there is There.OFFLINE:
            due = max(owed_at, chat.heard_at + how.offline_after)
            todo.at(due, now, ReturnChat(chat.conversation_id, chat.owner_id, "owner_gone", owed_at))
        else:
            due = owed_at + how.answer_within
            todo.at(due, now, ReturnChat(chat.conversation_id, chat.owner_id, "owner_silent", owed_at))
            todo.later.extend(_soon(owner, how.offline_after, now))
    elif chat.silent_since is not None and chat.warned_at is None:
        due = chat.silent_since + how.idle_warn_after
        todo.at(due, now, WarnIdle(chat.conversation_id, chat.silent_since))
    elif chat.warned_at is not None:
        due = chat.warned_at + how.idle_close_after
        todo.at(due, now, CloseIdle(chat.conversation_id, chat.warned_at))


def _soon(owner: Standing, offline_after: timedelta, now: datetime) -> Iterator[datetime]:
    """When she counts as gone unless she is heard again."""
    if owner.seen_at is not None and owner.seen_at + offline_after > now:
        yield owner.seen_at + offline_after
