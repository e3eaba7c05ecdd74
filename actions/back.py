"""Back to what was asked: after an answer that no form gave, its question stands where she reads it."""

from collections.abc import Mapping
from typing import Final

from actions.heard import Heard
from bot.desk.wording.composer import Reply

_BACK: Final[Mapping[str, str]] = {
    "repair_form": "utter_back_to_repair",
    "complaint_form": "utter_back_to_complaint",
    "fee_form": "utter_back_to_fee",
    "report_form": "utter_back_to_report",
}


def asked_again(heard: Heard) -> tuple[Reply, ...]:
    """Return the words that lead back and the open question of the form; () where nothing is asked."""
    if heard.active_form is None or heard.asked is None:
        return ()
    question = Reply(f"utter_ask_{heard.active_form}_{heard.asked}")
    lead = _BACK.get(heard.active_form)
    return (Reply(lead), question) if lead else (question,)
