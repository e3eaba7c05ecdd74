"""What a resident's message means for her safety, decided at intake, in the transaction that stores it.

Ahead of every queue, without Rasa, in every mode of the chat: a certain cry raises the alarm, a doubtful one
is asked about once, an answer is read, what is written while help comes is kept on the case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.case_rows import add_event
from bot.desk.emergencies.aftermath import hear_how_she_is
from bot.desk.emergencies.alarms import (
    Raised,
    add_voice,
    alarm_of_conversation,
    false_cries,
    learn_place,
    lock_row,
    merge_if_same,
    raise_alarm,
    slots_of,
)
from bot.desk.emergencies.heard import NOTHING_HEARD, Heard, since_spoken, was_heard
from bot.desk.emergencies.places import place_of, place_said
from bot.desk.emergencies.questions import DETAIL, DOUBT, open_detail, open_question
from bot.desk.emergencies.telling import Telling
from bot.desk.rows import lock_conversation
from bot.language.emergency.answers import NO_PAYLOAD, YES_PAYLOAD, read_answer
from bot.language.emergency.check import Emergency, find_emergency
from bot.language.emergency.talk import read_talk
from bot.language.person_request import asks_for_person
from bot.store import actors
from bot.store.emergency_tables import Alarm, AlarmState, AlarmVoice, EmergencyQuestion
from bot.store.tables import Conversation, Message

NOT_TWICE_WITHIN = timedelta(minutes=10)
"""The instructions of one kind are not repeated to the same person within this time."""
TALK_LASTS = timedelta(hours=1)
"""So long after a cry what she writes is taken for the people who come."""
NOTED_APART = timedelta(minutes=1)
SPOKEN_APART = timedelta(seconds=20)
FALSE_CRIES_ALLOWED = 2
"""With more of them in a day the next cry is asked about first; it is never ignored."""


def hear(session: Session, message: Message, *, telling: Telling, now: datetime) -> Heard:
    """Act on one stored message; the caller's transaction holds its conversation. Idempotent by message."""
    if was_heard(session, message.id):
        return NOTHING_HEARD
    conversation = session.get_one(Conversation, message.conversation_id)
    hearing = _Hearing(session, message, conversation, telling, now)
    question = open_question(session, conversation.id)
    found = None if message.payload else find_emergency(message.text)
    if question is not None:
        return hearing.answered(question, found)
    if message.payload in (YES_PAYLOAD, NO_PAYLOAD):
        return NOTHING_HEARD  # a button of a question that is settled
    if found is not None:
        return hearing.cried(found)
    alarm = alarm_of_conversation(session, conversation.id, now)
    if alarm is not None:
        return hearing.went_on(alarm)
    return hear_how_she_is(session, message, conversation, telling=telling, now=now)


def silence(session: Session, question_id: int, *, telling: Telling, now: datetime) -> int | None:
    """No answer in time: a person is paged. Returns the conversation; None when somebody was quicker."""
    conversation_id = session.scalars(
        select(EmergencyQuestion.conversation_id).where(EmergencyQuestion.id == question_id)
    ).one()
    conversation = lock_conversation(session, conversation_id)
    question = session.get_one(EmergencyQuestion, question_id, populate_existing=True)
    if question.due_at is None or question.due_at > now or question.outcome is not None:
        return None
    message = session.get_one(Message, question.message_id)
    hearing = _Hearing(session, message, conversation, telling, now)
    hearing.settle(question, "silence")
    hearing.raise_for(question.kind, confirmed=False)
    return conversation_id


@dataclass(frozen=True)
class _Hearing:
    session: Session
    message: Message
    conversation: Conversation
    telling: Telling
    now: datetime

    # --- cries ---------------------------------------------------------------------------------------

    def cried(self, found: Emergency) -> Heard:
        if found.certain and self._believed():
            return self.raise_for(found.kind, confirmed=True)
        alarm = alarm_of_conversation(self.session, self.conversation.id, self.now)
        if alarm is not None and alarm.kind == found.kind:
            return self.raise_for(found.kind, confirmed=alarm.confirmed)
        asked = alarm and open_detail(self.session, self.conversation.id, alarm.id)
        if alarm is not None and asked and not found.certain:
            told = self.went_on(alarm)  # 孩子在哭: her answer to our question, read by those who come
            if told is not NOTHING_HEARD:
                return told
        return self.ask(found.kind)

    def _believed(self) -> bool:
        return false_cries(self.session, self.conversation.id, self.now) <= FALSE_CRIES_ALLOWED - 1

    def raise_for(self, kind: str, *, confirmed: bool, answer: Message | None = None) -> Heard:
        """Raise or join, instruct once, ask what helps those who come."""
        told = self._instructed_lately(kind)
        raised = raise_alarm(
            self.session,
            message=self.message,
            kind=kind,
            confirmed=confirmed,
            place=place_of(self.session, self.conversation, self.message.text),
            repeated_false=false_cries(self.session, self.conversation.id, self.now),
            telling=self.telling,
            now=self.now,
        )
        if answer is not None and answer.id != self.message.id:
            add_voice(self.session, raised.alarm, answer, "detail", now=self.now)
        if told:
            self._note(raised.alarm)
            self._reassure(raised.alarm)
        else:
            self._instruct(raised)
        self._mark(kind, certain=confirmed)
        return Heard(kind, raised.alarm.id, spoke=True)

    def _instructed_lately(self, kind: str) -> bool:
        return (
            self.session.scalars(
                select(AlarmVoice.id)
                .join(Alarm)
                .where(
                    AlarmVoice.conversation_id == self.conversation.id,
                    AlarmVoice.at > self.now - NOT_TWICE_WITHIN,
                    Alarm.kind == kind,
                )
                .limit(1)
            ).first()
            is not None
        )

    def _instruct(self, raised: Raised) -> None:
        alarm = raised.alarm
        slots = slots_of(alarm)
        said = self._say("utter_emergency_help", slots)
        add_event(self.session, alarm.case, "emergency_instructed", note=said, by=actors.BOT, now=self.now)
        self._say("utter_emergency_detail", slots)
        self._question(DETAIL, alarm.kind, alarm_id=alarm.id)
        if not raised.new:
            self._say_state(alarm)

    def _say_state(self, alarm: Alarm) -> bool:
        """What is true of help by now; nothing while no page was delivered."""
        if alarm.state is AlarmState.ON_THE_SPOT:
            self._say("utter_emergency_on_the_spot", slots_of(alarm))
        elif alarm.state is AlarmState.ACKNOWLEDGED:
            self._say("utter_emergency_acknowledged", slots_of(alarm))
        elif alarm.notified_at is not None:
            self._say("utter_emergency_notified", slots_of(alarm))
        else:
            return False
        return True

    # --- doubts --------------------------------------------------------------------------------------

    def ask(self, kind: str) -> Heard:
        """One question at once; without an answer a person is paged."""
        due = self.now + self.telling.estate.on_duty.doubt_after
        self._question(DOUBT, kind, due_at=due)
        self._say("utter_emergency_doubt", {"emergency": kind})
        self._mark(kind, certain=False)
        return Heard(kind, spoke=True)

    def answered(self, question: EmergencyQuestion, found: Emergency | None) -> Heard:
        """The next word after the question: yes, no, a clearer cry, or something that is neither."""
        kind = question.kind
        if found is not None and found.certain and found.kind != kind:
            self.settle(question, "yes")
            return self.raise_for(found.kind, confirmed=True)
        answer = read_answer(self.message.text, payload=self.message.payload)
        if found is not None and (found.certain or found.kind == kind):
            answer = "yes"
        self.settle(question, answer)
        if answer == "no":
            self._say("utter_emergency_relieved", {})
            return Heard(kind, spoke=True)
        first = self.session.get_one(Message, question.message_id)
        cry = _Hearing(self.session, first, self.conversation, self.telling, self.now)
        heard = cry.raise_for(kind, confirmed=answer == "yes", answer=self.message)
        self._place(heard.alarm_id)
        self._mark(kind, certain=answer == "yes")
        return heard

    def settle(self, question: EmergencyQuestion, outcome: str) -> None:
        """The question is closed; what closed it is kept."""
        question.outcome, question.due_at = outcome, None
        if outcome != "silence":
            question.answer_id = self.message.id
        self.session.flush()

    # --- while help comes ----------------------------------------------------------------------------

    def went_on(self, alarm: Alarm) -> Heard:
        """She writes on: for those who come, about how far they are, or about something else."""
        asked = open_detail(self.session, self.conversation.id, alarm.id)
        talk = read_talk(self.message.text)
        recent = self.now - alarm.raised_at < TALK_LASTS
        theirs = recent and talk != "other" and not asks_for_person(self.message.text)
        if self.message.payload or not theirs:
            return NOTHING_HEARD
        alarm = lock_row(self.session, alarm.id)
        add_voice(self.session, alarm, self.message, "detail" if asked else "more", now=self.now)
        add_event(
            self.session,
            alarm.case,
            "emergency_detail",
            note=self.message.text,
            by=actors.resident(self.conversation.resident_id),
            now=self.now,
        )
        if asked is not None:
            self.settle(asked, "told")
        alarm = self._place(alarm.id) or alarm
        if talk == "progress":
            self._tell_how_far(alarm)
        else:
            self._note(alarm)
        self._mark(alarm.kind, certain=alarm.confirmed)
        return Heard(alarm.kind, alarm.id, spoke=True)

    def _tell_how_far(self, alarm: Alarm) -> None:
        """What is true of help; while no page was delivered, that people are being called."""
        if not self._say_state(alarm):
            self._say("utter_emergency_calling", slots_of(alarm))

    def _reassure(self, alarm: Alarm) -> None:
        """Who cries again is not left without a word; not in the same breath."""
        if since_spoken(self.session, self.conversation.id, self.now) > SPOKEN_APART:
            self._tell_how_far(alarm)

    def _place(self, alarm_id: int | None) -> Alarm | None:
        """A place she names now is the alarm's; it may turn out to be another one's, too."""
        said = place_said(self.session, self.message.text)
        if alarm_id is None or said is None:
            return None
        alarm = lock_row(self.session, alarm_id)
        learn_place(self.session, alarm, said, telling=self.telling, now=self.now)
        return merge_if_same(self.session, alarm, telling=self.telling, now=self.now)

    def _note(self, alarm: Alarm) -> None:
        """Say that it is read, not after every line."""
        latest = self.session.scalars(
            select(Message.created_at)
            .where(
                Message.conversation_id == self.conversation.id,
                Message.reply_key == "utter_emergency_noted",
            )
            .order_by(Message.id.desc())
            .limit(1)
        ).first()
        if latest is None or self.now - latest > NOTED_APART:
            self._say("utter_emergency_noted", slots_of(alarm))

    # --- writing -------------------------------------------------------------------------------------

    def _say(self, key: str, slots: dict[str, str]) -> str:
        said = self.telling.say(self.session, self.conversation.id, key, slots=slots, now=self.now)
        return "\n".join(one.text for one in said)

    def _question(
        self, what: str, kind: str, *, alarm_id: int | None = None, due_at: datetime | None = None
    ) -> None:
        self.session.add(
            EmergencyQuestion(
                conversation_id=self.conversation.id,
                message_id=self.message.id,
                alarm_id=alarm_id,
                kind=kind,
                what=what,
                asked_at=self.now,
                due_at=due_at,
            )
        )
        self.session.flush()

    def _mark(self, kind: str, *, certain: bool) -> None:
        """The transcript and the turn line show it, with the Rasa server up or down."""
        parse = self.message.parse or {}
        self.message.parse = {**parse, "emergency": kind, "emergency_certain": certain}
        self.session.flush()
