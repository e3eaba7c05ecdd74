"""The buttons under a page at Telegram: 我来处理, then 已到场, 险情解除, 误报, without the desk's pages.

A button holds a verb and the page's number and nothing else. It counts only from the chat the page was sent
to, and Telegram vouches for who pressed. What tells residents that it is over is pressed twice; the closing
questions are asked on the desk's page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.emergencies import help as help_
from bot.desk.emergencies.alarms import conversations_of
from bot.desk.emergencies.telling import Telling
from bot.desk.paging import TELEGRAM
from bot.messaging.channels.telegram.heard import Heard
from bot.messaging.channels.telegram.reading import Incoming
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, Page
from bot.store.tables import Agent

TAKE: Final = "page:"
"""Begins the data of the buttons: `page:<page>` takes the alarm, `page:<verb>:<page>` goes on from there."""
_HELD: Final = (AlarmState.ACKNOWLEDGED, AlarmState.ON_THE_SPOT)
_ENDS: Final = {"over": "sure_over", "false": "sure_false"}
"""What is asked twice, and the button of the second time."""


@dataclass(frozen=True)
class DutyButton:
    """Reads a press on one of them; the words are labels of `paging`."""

    telling: Telling
    desk_url: str | None = None

    @property
    def _words(self) -> Mapping[str, str]:
        return self.telling.words.labels["paging"]

    def press(self, session: Session, incoming: Incoming, now: datetime) -> Heard:
        """Do it, or say who was quicker. A press from anywhere else changes nothing."""
        verb, _, number = incoming.data.removeprefix(TAKE).rpartition(":")
        page = _page(session, number, incoming.chat_id)
        if page is None:
            return Heard(callback_word=self._words["not_yours"])
        by, agent_id = _who(session, page.name)
        alarm = page.alarm
        try:
            word = self._do(session, verb, page, by, agent_id, now)
        except help_.IllegalAlarmMove as fault:
            session.refresh(alarm)
            word = self._too_late(alarm, fault.old)
        sure = verb if verb in _ENDS and alarm.state in _HELD else None
        told = tuple(conversations_of(session, alarm.id))
        return Heard(callback_word=word, told=told, keyboard=self.keyboard(page, by=by, asked=sure))

    def keyboard(self, page: Page, *, by: str, asked: str | None = None) -> dict[str, Any]:
        """What that person can do now; `asked`: an end that waits for the second press."""
        alarm = page.alarm
        if asked is not None:
            verbs: Sequence[str] = (_ENDS[asked], "back")
        elif alarm.state is AlarmState.RAISED:
            verbs = ("take",)
        else:
            verbs = ("arrive",) if alarm.state is AlarmState.ACKNOWLEDGED else ()
            if alarm.state in _HELD and alarm.acknowledged_by == by:
                verbs = (*verbs, "over", "false")
        rows = [[self._button(verb, page) for verb in verbs]] if verbs else []
        if self.desk_url:
            closing = alarm.state is AlarmState.OVER
            address = (
                f"{self.desk_url}/desk/cases/{alarm.case.number}"
                if closing
                else f"{self.desk_url}/desk/alarms"
            )
            rows.append([{"text": self._words["close_desk" if closing else "open_desk"], "url": address}])
        return {"inline_keyboard": rows}

    def _button(self, verb: str, page: Page) -> dict[str, str]:
        data = f"{TAKE}{page.id}" if verb == "take" else f"{TAKE}{verb}:{page.id}"
        return {"text": self._words[verb], "callback_data": data}

    def _do(
        self, session: Session, verb: str, page: Page, by: str, agent_id: int | None, now: datetime
    ) -> str:
        """Raises IllegalAlarmMove."""
        alarm_id, words = page.alarm_id, self._words
        if verb == "":
            person = None if agent_id else page.name
            alarm = help_.acknowledge(
                session, alarm_id, agent_id=agent_id, person=person, telling=self.telling, now=now
            )
            return words["taken"].format(number=alarm.case.number)
        if verb == "arrive":
            help_.arrive(session, alarm_id, by=by, telling=self.telling, now=now)
            return words["arrived"]
        if page.alarm.acknowledged_by != by:  # who ends it answers for it
            raise help_.IllegalAlarmMove(page.alarm.state, AlarmState.OVER)
        if verb == "sure_over":
            help_.end(session, alarm_id, by=by, telling=self.telling, now=now)
            return words["over_told"]
        if verb == "sure_false":
            help_.call_false(session, alarm_id, by=by, now=now)
            return words["false_told"]
        return words["sure"] if verb in _ENDS and page.alarm.state in _HELD else ""

    def _too_late(self, alarm: Alarm, old: AlarmState) -> str:
        if old in _HELD:
            return self._words["taken_already"].format(person=alarm.case.person_in_charge)
        return self._words["not_taken" if old is AlarmState.RAISED else "over_already"]


def _page(session: Session, number: str, chat_id: int) -> Page | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    page = session.get(Page, int(number))
    here = page is not None and page.device == TELEGRAM and page.address == str(chat_id)
    return page if here else None


def _who(session: Session, name: str) -> tuple[str, int | None]:
    """How she signs: an agent as herself, anybody else of the duty list by name."""
    agent = agent_named(session, name)
    return (actors.duty(name), None) if agent is None else (actors.agent(agent.id), agent.id)


def agent_named(session: Session, name: str) -> Agent | None:
    """The one agent of that name, who signs as herself; None where nobody or several are called so."""
    found = session.scalars(select(Agent).where(Agent.name == name, Agent.active)).all()
    return found[0] if len(found) == 1 else None
