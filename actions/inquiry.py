"""A question: answered where the estate's settings hold the answer, else kept for a colleague (R30)."""

from actions.base import DeskAction
from actions.heard import Heard
from actions.outcome import Outcome
from actions.room import Call
from actions.said import says
from bot.desk.wording.composer import Reply


class AnswerInquiry(DeskAction):
    key = "action_answer_inquiry"
    writes = False

    def act(self, call: Call, heard: Heard) -> Outcome:
        if says("vague", heard.text) and not heard.from_button:
            return Outcome((Reply("utter_not_understood", {"unasked": True}),))
        return answer_from_estate(heard) or Outcome(then="report_form")


def answer_from_estate(heard: Heard) -> Outcome | None:
    """Return the answer to a question for the phone or the hours, None for any other question.

    The numbers and hours themselves are the composer's own values.
    """
    if says("ask_hours", heard.text):
        return Outcome((Reply("utter_inquiry_hours"),))
    if says("ask_phone", heard.text):
        return Outcome((Reply("utter_inquiry_phone"),))
    return None
