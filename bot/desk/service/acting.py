"""Does what `plan.py` decided, each act in a transaction of its own: it locks the chat and looks again first.

Two desks that do the same act do it once: the second finds it done.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.people.notices import give_notice
from bot.desk.rows import lock_conversation
from bot.desk.service import calling, plan
from bot.desk.service.endings import IDLE, record_ending
from bot.desk.service.floor import IDLE_WARNED, STILL_TOLD, read_one_served
from bot.desk.service.offers import open_offer
from bot.desk.service.prospects import prospect
from bot.desk.service.telling import ServiceVoice
from bot.desk.talk.modes import move
from bot.store import actors
from bot.store.service_tables import ChatOffer, Chosen, OfferEnd, Presence
from bot.store.states import Mode

MISSED_IN_A_ROW = 2
"""Whoever lets so many offers pass one after the other is away, whatever she chose."""


def do(session: Session, act: plan.Act, *, voice: ServiceVoice, now: datetime) -> int | None:
    """Do one act; the conversation that changed, or None when there was nothing to do any more."""
    match act:
        case plan.EndOffer():
            return end_offer(session, act, now=now)
        case plan.MakeOffer():
            return make_offer(session, act, voice=voice, now=now)
        case plan.ReturnChat():
            return return_chat(session, act, voice=voice, now=now)
        case plan.CallOut():
            called = calling.call_out(
                session, act.conversation_id, step=act.step, estate=voice.estate, now=now
            )
            return act.conversation_id if called else None
        case plan.TellWaiting():
            return tell_waiting(session, act, voice=voice, now=now)
        case plan.WarnIdle():
            return warn_idle(session, act, voice=voice, now=now)
        case plan.CloseIdle():
            return close_idle(session, act, voice=voice, now=now)


def end_offer(session: Session, act: plan.EndOffer, *, now: datetime) -> int | None:
    """The offer is over. Two that she let pass in a row make her away, and she is told so."""
    offer = session.get(ChatOffer, act.offer_id)
    if offer is None:
        return None
    lock_conversation(session, offer.conversation_id)
    session.refresh(offer)
    if offer.outcome is not None:
        return None
    offer.outcome, offer.ended_at = act.outcome, now
    if act.outcome is OfferEnd.PASSED:
        presence = session.get_one(Presence, offer.agent_id)
        presence.missed += 1
        if presence.missed >= MISSED_IN_A_ROW:
            presence.chosen, presence.missed = Chosen.AWAY, 0
            give_notice(
                session,
                key=f"set_away:{offer.id}",
                kind="set_away",
                agent_id=offer.agent_id,
                conversation_id=offer.conversation_id,
                now=now,
            )
    session.flush()
    return offer.conversation_id


def make_offer(session: Session, act: plan.MakeOffer, *, voice: ServiceVoice, now: datetime) -> int | None:
    """Keep the chat for her; nothing happens when it was taken or offered meanwhile."""
    conversation = lock_conversation(session, act.conversation_id)
    if conversation.mode is not Mode.WAITING or open_offer(session, conversation.id) is not None:
        return None
    until = now + voice.estate.service.offer_for
    session.add(
        ChatOffer(
            conversation_id=conversation.id, agent_id=act.agent_id, offered_at=now, until=until, outcome=None
        )
    )
    session.flush()
    return conversation.id


def return_chat(session: Session, act: plan.ReturnChat, *, voice: ServiceVoice, now: datetime) -> int | None:
    """Back into the queue, where the unanswered message stands; she is told, and so is the owner."""
    conversation = lock_conversation(session, act.conversation_id)
    if conversation.mode is not Mode.HUMAN or conversation.owner_id != act.owner_id:
        return None
    served = read_one_served(session, conversation.id, now=now)
    if served is None or served.unanswered_since is None:
        return None  # she answered a moment ago
    event = move(session, conversation, Mode.WAITING, why=act.why, by=actors.CLOCK, now=now)
    conversation.reason = act.why
    conversation.waiting_since = min(served.unanswered_since, now)
    give_notice(
        session,
        key=f"returned:{event.id}",
        kind="chat_returned",
        agent_id=act.owner_id,
        conversation_id=conversation.id,
        now=now,
    )
    session.flush()
    slots = prospect(session, conversation.id, estate=voice.estate, now=now).slots()
    voice.tell(session, conversation.id, "utter_returned_to_queue", slots, now=now)
    return conversation.id


def tell_waiting(
    session: Session, act: plan.TellWaiting, *, voice: ServiceVoice, now: datetime
) -> int | None:
    """Once a wait: how things stand, and that she may leave a number instead."""
    conversation = lock_conversation(session, act.conversation_id)
    since = conversation.waiting_since
    if conversation.mode is not Mode.WAITING or since is None:
        return None
    if conversation.facts.get(STILL_TOLD) == since.isoformat():
        return None
    conversation.facts = {**conversation.facts, STILL_TOLD: since.isoformat()}
    slots = prospect(session, conversation.id, estate=voice.estate, now=now).slots()
    voice.tell(session, conversation.id, "utter_still_waiting", slots, now=now)
    return conversation.id


def warn_idle(session: Session, act: plan.WarnIdle, *, voice: ServiceVoice, now: datetime) -> int | None:
    """A word before a quiet chat is closed (R41)."""
    conversation = lock_conversation(session, act.conversation_id)
    served = read_one_served(session, conversation.id, now=now)
    if served is None or served.silent_since != act.silent_since or served.warned_at is not None:
        return None
    conversation.facts = {**conversation.facts, IDLE_WARNED: now.isoformat()}
    minutes = round(voice.estate.service.idle_close_after.total_seconds() / 60)
    voice.tell(session, conversation.id, "utter_idle_warning", {"minutes": max(1, minutes)}, now=now)
    return conversation.id


def close_idle(session: Session, act: plan.CloseIdle, *, voice: ServiceVoice, now: datetime) -> int | None:
    """She did not come back: the assistant serves again, and the next message finds it."""
    conversation = lock_conversation(session, act.conversation_id)
    served = read_one_served(session, conversation.id, now=now)
    if served is None or served.warned_at != act.warned_at:
        return None
    owner = conversation.owner_id
    record_ending(session, conversation.id, agent_id=owner, reason=IDLE, note=None, now=now)
    move(session, conversation, Mode.BOT, why="idle", by=actors.CLOCK, now=now)
    voice.tell(session, conversation.id, "utter_idle_closed", {}, now=now)
    return conversation.id
