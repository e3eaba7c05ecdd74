"""Plays one script in a running house: she at the web chat, 小李 at the desk, the clock by hand."""

import re
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.desk.casework.access import cases_beside_chat, cases_of_resident
from bot.desk.talk.conversations import Answered as AgentAnswered
from bot.desk.talk.conversations import HandedBack, TakenOver, answer, hand_back, take_over
from bot.desk.talk.left_matters import left_of
from bot.store.states import Role
from bot.store.tables import Case, Conversation, Message
from tests.conversations.house import House
from tests.conversations.resident import Answered, ChatResident
from tests.conversations.script import CHECKS, Script
from tests.support.cast import Colleague

NUMBER = re.compile(r"[A-Z]{2}\d{4}-\d{4}")
_DETAILS = ("wish", "anonymous", "plate")
_CASE_FIELDS = (
    "kind", "category", "urgency", "status", "summary", "place", "since", "contact", "department",
)  # fmt: skip


class Player:
    """One conversation, step by step; a step that is not as written fails with what was said instead."""

    def __init__(self, house: House, script: Script, li: Colleague) -> None:
        self._house, self._script, self._li = house, script, li
        self._number = ""

    def play(self) -> None:
        """Play the whole script."""
        with ChatResident(self._house, self._script.who, self._script.home) as resident:
            for index, step in enumerate(self._script.talk, start=1):
                answered = self._act(step, resident)
                numbers = NUMBER.findall(answered.text)
                self._number = numbers[-1] if numbers else self._number
                self._check(f"step {index}: {step}", step, answered, resident)

    def _act(self, step: dict[str, Any], resident: ChatResident) -> Answered:
        if "she" in step:
            return resident.says(str(step["she"]).replace("{number}", self._number))
        if "presses" in step:
            return resident.presses(str(step["presses"]))
        if "clock" in step:
            self._house.clock.turn(timedelta(**step["clock"]))
            if not set(step) & set(CHECKS):
                return Answered([], {})
            self._house.strike()
            return resident.looks()
        agent_acts(self._house, self._li, step, resident.conversation_id)
        return resident.looks()

    def _check(self, where: str, step: dict[str, Any], answered: Answered, resident: ChatResident) -> None:
        shown = f"{where}\nshe reads: {answered.text}\nintent: {answered.turn.get('intent')}"
        if "sees" in step:
            assert self._keys(answered) == step["sees"], shown
        for fragment in step.get("reads", ()):
            assert fragment.replace("{number}", self._number) in answered.text, f"{fragment!r} not in {shown}"
        for fragment in step.get("never", ()):
            assert fragment not in answered.text, f"{fragment!r} in {shown}"
        if "buttons" in step:
            assert [button["title"] for button in answered.buttons] == step["buttons"], shown
        if "desk" in step:
            self._check_desk(shown, step["desk"], resident.conversation_id)

    def _keys(self, answered: Answered) -> list[str]:
        ids = [message["id"] for message in answered.messages if message["from"] == "bot"]
        with self._house.store.read() as session:
            keys = dict(
                session.execute(select(Message.id, Message.reply_key).where(Message.id.in_(ids))).all()
            )
        return [key for id_ in ids for key in (keys[id_] or "").split("+")]

    def _check_desk(self, shown: str, wanted: dict[str, Any], conversation_id: int) -> None:
        with self._house.store.read() as session:
            conversation = session.get_one(Conversation, conversation_id)
            cases = cases_of_resident(
                session, resident_id=conversation.resident_id, conversation_id=conversation_id
            )
            found = [_fields(case) for case in cases]
            left = left_of(conversation)
            seen = {
                role.value: [
                    case.kind.value
                    for case in cases_beside_chat(
                        session,
                        resident_id=conversation.resident_id,
                        conversation_id=conversation_id,
                        seen_by=(role, 0),
                        limit=20,
                    )
                ]
                for role in (Role.AGENT, Role.SUPERVISOR)
            }
        for name in ("mode", "reason"):
            if name in wanted:
                assert getattr(conversation, name) == wanted[name], shown
        if "left" in wanted:
            assert left == wanted["left"], shown
        if "sees" in wanted:
            assert seen == wanted["sees"], shown
        if "cases" in wanted:
            kept = [{field: case[field] for field in want} for want, case in zip(wanted["cases"], found)]  # noqa: B905
            assert (kept, len(found)) == (wanted["cases"], len(wanted["cases"])), f"{found}\n{shown}"


def agent_acts(house: House, li: Colleague, step: dict[str, Any], conversation_id: int) -> None:
    """小李 takes the chat over, writes, hands it back, or ends the alarm of this chat."""
    now, agent_id = house.clock(), li.agent_id
    with house.store.write() as session:
        if "agent" in step:
            came = take_over(session, conversation_id, agent_id=agent_id, now=now)
            assert isinstance(came, TakenOver)
        elif "alarm" in step:
            house.end_alarm(session, conversation_id, agent_id=agent_id)
        elif "agent_says" in step:
            key, text = uuid.uuid4().hex, step["agent_says"]
            said = answer(session, conversation_id, agent_id=agent_id, text=text, client_id=key, now=now)
            assert isinstance(said, AgentAnswered)
        else:
            note = step["hands_back"]
            gone = hand_back(session, conversation_id, agent_id=agent_id, note=note, now=now)
            assert isinstance(gone, HandedBack)
    house.wake()


def _fields(case: Case) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in _CASE_FIELDS}
    fields = {name: str(value) if value is not None else None for name, value in values.items()}
    details = {"secret": case.supervisors_only, **{name: case.details.get(name) for name in _DETAILS}}
    return {
        **fields,
        **details,
        "department": case.department,
        "events": [event.kind for event in case.events],
    }
