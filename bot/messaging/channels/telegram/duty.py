"""The button 我来处理 under a page at Telegram: a person on duty takes the alarm without the desk's pages.

The button holds the page's number and nothing else. It counts only from the chat the page was sent to, and
Telegram vouches for who pressed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies import help as help_
from bot.desk.emergencies.alarms import conversations_of
from bot.desk.emergencies.telling import Telling
from bot.desk.paging import TELEGRAM
from bot.messaging.channels.telegram.heard import Heard
from bot.messaging.channels.telegram.reading import Incoming
from bot.store.emergency_tables import AlarmState, Page
from bot.store.tables import Agent

TAKE: Final = "page:"
"""Begins the data of the button; the page's number follows."""


@dataclass(frozen=True)
class DutyButton:
    """Reads a press on it; the words are labels of `paging`."""

    telling: Telling

    def press(self, session: Session, incoming: Incoming, now: datetime) -> Heard:
        """Acknowledge, or say who was quicker. A press from anywhere else changes nothing."""
        words = self.telling.words.labels["paging"]
        page = _page(session, incoming)
        if page is None:
            return Heard(callback_word=words["not_yours"])
        try:
            agent = agent_named(session, page.name)
            agent_id = agent.id if agent is not None else None
            person = None if agent_id else page.name
            alarm = help_.acknowledge(
                session, page.alarm_id, agent_id=agent_id, person=person, telling=self.telling, now=now
            )
        except help_.IllegalAlarmMove as fault:
            if fault.old in (AlarmState.ACKNOWLEDGED, AlarmState.ON_THE_SPOT):
                taken = words["taken_already"].format(person=page.alarm.case.person_in_charge)
                return Heard(callback_word=taken)
            return Heard(callback_word=words["over_already"])
        told = tuple(conversations_of(session, alarm.id))
        return Heard(callback_word=words["taken"].format(number=alarm.case.number), told=told)


def _page(session: Session, incoming: Incoming) -> Page | None:
    number = incoming.data.removeprefix(TAKE)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    page = session.get(Page, int(number))
    here = page is not None and page.device == TELEGRAM and page.address == str(incoming.chat_id)
    return page if here else None


def agent_named(session: Session, name: str) -> Agent | None:
    """An agent of that name signs as herself; anybody else of the duty list by name."""
    found = session.scalars(select(Agent).where(Agent.name == name, Agent.active)).all()
    return found[0] if len(found) == 1 else None
