"""A question: answered from the handbook with its source, offered, or honestly not known (R2, R30, R43)."""

from collections.abc import Mapping
from typing import Any

from actions.base import DeskAction
from actions.fee.answers import told_by_words
from actions.heard import Heard
from actions.matters import OTHER
from actions.outcome import Outcome, kept
from actions.room import Call
from actions.said import says, without
from bot.desk.handbook.computed import answer_by_day
from bot.desk.handbook.finding import ANSWER, ANSWER_BESIDE, Answered, NotKnown, Unsure, find
from bot.desk.handbook.model import Entry
from bot.desk.handbook.unanswered import note_unanswered
from bot.desk.handbook.wording import replies_for
from bot.desk.wording.composer import Reply
from bot.store.states import CaseKind, Urgency

CHOICE = "handbook_entry"
NONE = "none"
REPORT_FORM = "report_form"
LAST = "handbook_last"
"""The slot with the key of the entry she was told last."""
LONGEST = 2000
LONGEST_FOLLOW_UP = 16
"""Characters: a longer message is a question of its own."""


class AnswerInquiry(DeskAction):
    """Called by the rule for a question, and by a button under an offer."""

    key = "action_answer_inquiry"

    def act(self, call: Call, heard: Heard) -> Outcome:
        return kept(call, heard, self.key, lambda: answer_inquiry(call, heard))


def answer_inquiry(call: Call, heard: Heard) -> Outcome:
    """Answer, ask which entry is meant, or say that it is not known and offer a person's answer."""
    if CHOICE in heard.choices:
        return _chosen(call, heard, heard.choices[CHOICE])
    if not heard.from_button and says("vague", heard.text):
        return Outcome((Reply("utter_not_understood", {"unasked": True}),))
    if not question_in(heard):
        return Outcome((Reply("utter_inquiry_ask"),))
    found = _found(call, heard)
    if not isinstance(found, Answered) and (told := told_by_words(call, heard)) is not None:
        return Outcome(told)
    if not isinstance(found, Answered) and (answered := follow_up(call, heard)) is not None:
        return answered
    match found:
        case Answered(entry=entry):
            answered = _answer(call, entry, heard.text)
            return answered.and_replies(Reply("utter_handbook_else")) if heard.read_as else answered
        case Unsure(entries=entries):
            slots = {"asked_question": heard.text[:LONGEST], "options": options_of(call, entries)}
            return Outcome((Reply("utter_handbook_which", {"options": slots["options"]}),), slots)
        case NotKnown(nearest=nearest):
            return not_known(call, heard, heard.text, nearest)


def answer_from_handbook(call: Call, heard: Heard, *, sure: float = ANSWER_BESIDE) -> Outcome | None:
    """Return the answer where the handbook surely has one, None for any other question.

    For questions beside something else: in the middle of a form, or read as small talk.
    """
    found = _found(call, heard, sure=sure)
    return _answer(call, found.entry, heard.text) if isinstance(found, Answered) else None


def follow_up(call: Call, heard: Heard) -> Outcome | None:
    """Return the last answer for another day or time ("那明天上午呢"), None for anything else."""
    key = heard.slot(LAST)
    entry = call.handbook.entry(str(key), _today(call)) if key else None
    if entry is None or entry.computed is None or len(heard.text) > LONGEST_FOLLOW_UP:
        return None
    near = any(one["key"] == entry.key for one in heard.candidates())
    if not near and not says("follow_up", heard.text):
        return None
    by_day = answer_by_day(entry, heard.text, estate=call.estate, now=call.now)
    return None if by_day is None else _answer(call, entry, heard.text)


def not_known(call: Call, heard: Heard, question: str, nearest: tuple[str, ...] = ()) -> Outcome:
    """Keep the question for those who write the handbook; ask whether a person shall answer her, by when."""
    note_unanswered(
        call.session,
        conversation_id=heard.conversation_id,
        text=question,
        nearest=nearest,
        now=call.now,
    )
    return Outcome(slots=unknown_slots(call, heard, question), then=REPORT_FORM)


def unknown_slots(call: Call, heard: Heard, question: str) -> dict[str, Any]:
    """Return the slots with which the report form asks whether a person shall answer."""
    return {
        "asked_question": None,
        "options": None,
        "report_kind": "inquiry",
        "report_category": heard.category_of("inquiry") or OTHER,
        "report_text": question.strip()[:LONGEST],
        "report_confirmed": None,
        "answer_by": _answer_by(call),
    }


def question_in(heard: Heard) -> str:
    """Return her words without courtesies; "" where she only says that she has a question."""
    return without(("polite", "empty_report"), heard.text) if not heard.from_button else ""


def options_of(call: Call, entries: tuple[Entry, ...]) -> list[dict[str, str]]:
    """Return a button for each entry, and one for none of them."""
    chosen = [(entry.title, entry.key) for entry in entries]
    return [
        {"title": title, "payload": f'/inquiry{{"{CHOICE}": "{key}"}}'}
        for title, key in (*chosen, (call.words.label("handbook", "none"), NONE))
    ]


def _chosen(call: Call, heard: Heard, key: str) -> Outcome:
    question = heard.slot("asked_question")
    entry = call.handbook.entry(key, _today(call))
    if entry is not None:
        return _answer(call, entry, str(question or ""))
    if question is None:
        return Outcome((Reply("utter_stale_choice"),))
    return not_known(call, heard, str(question))


def _answer(call: Call, entry: Entry, question: str) -> Outcome:
    replies = replies_for(entry, question, estate=call.estate, words=call.words, now=call.now)
    slots: Mapping[str, Any] = {"asked_question": None, "options": None, LAST: entry.key}
    return Outcome(replies, slots)


def _found(call: Call, heard: Heard, *, sure: float = ANSWER) -> Answered | Unsure | NotKnown:
    return find(heard.candidates(), call.handbook, _today(call), sure=sure)


def _today(call: Call) -> Any:
    return call.now.astimezone(call.estate.zone).date()


def _answer_by(call: Call) -> str:
    row = call.estate.sla_for(CaseKind.INQUIRY, "*", Urgency.NORMAL)
    longest = next(iter(row.times().values()))
    return call.calendar.due(call.now, longest, always=row.clock == "always").isoformat()
