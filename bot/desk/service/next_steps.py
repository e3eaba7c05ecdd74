"""What is worth doing next in a chat (R44): a pure function over the summary; the words are the page's."""

from datetime import datetime
from typing import Literal

from bot.desk.service.summary import Summary
from bot.store.states import PromiseState

Step = Literal[
    "alarm",
    "missed_promise",
    "soothe",
    "third_time",
    "need",
    "ask_home",
    "ask_phone",
    "open_case",
    "verify_home",
    "answer_question",
]
OPENED_FOR = frozenset({"repair", "complaint", "suggestion"})
MANY = 3
SHOWN = 4


def next_steps(summary: Summary, *, now: datetime) -> tuple[Step, ...]:
    """The most urgent first, at most four."""
    missed = any(one.state is PromiseState.MISSED or one.due_at <= now for one in summary.promises)
    wanted = {matter.intent for matter in summary.matters}
    steps: list[tuple[bool, Step]] = [
        (summary.emergency is not None, "alarm"),
        (missed, "missed_promise"),
        (summary.upset == 2, "soothe"),
        (summary.repeated >= MANY, "third_time"),
        (bool(summary.traits), "need"),
        (bool(wanted & OPENED_FOR) and not summary.open_cases, "open_case"),
        (not summary.home_known and bool(wanted), "ask_home"),
        (not summary.phone_known and bool(wanted & OPENED_FOR), "ask_phone"),
        (summary.home_known and not summary.home_verified and "fee" in wanted, "verify_home"),
        (summary.bot_asked is not None, "answer_question"),
    ]
    return tuple(step for holds, step in steps if holds)[:SHOWN]
