"""A proved home's bills beside the chat: shown on request, and who looked is written down (R24)."""

from typing import Any

from starlette.responses import Response

from bot.desk import audit
from bot.desk.fees.account import Line, account_for
from bot.desk.fees.showing import day_text, figure_text, money_text, period_text
from bot.workspace import pages
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal
from bot.workspace.visits import Visit


def account(visit: Visit) -> Response:
    """The bills of a home that the resident of this chat has proved; of no other."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        home = visit.needed("home", limit=40)
        found = account_for(session, home, resident_id=chat.resident_id)
        if found is None:
            raise Refusal(422, "bad_choice")
        subject = f"household:{found.household_id}"
        audit.note(session, by=visit.me.by, what="account_shown", subject=subject, now=visit.now)
        lines = [_shown(visit, line) for line in reversed(found.lines)]
        owed = money_text(found.owed)
        return pages.page(visit, "chats/_account.html", account=found, lines=lines, owed=owed)


def _shown(visit: Visit, line: Line) -> dict[str, Any]:
    words = visit.parts.words
    return {
        "item": line.item,
        "period": period_text(line.first_month, line.last_month, words),
        "quantity": figure_text(line.quantity),
        "unit": line.unit,
        "unit_price": figure_text(line.unit_price),
        "months": line.months,
        "amount": money_text(line.amount),
        "owed": money_text(line.owed),
        "is_open": bool(line.owed),
        "due": day_text(line.due_on, words),
        "paid_on": day_text(line.paid_on, words) if line.paid_on else None,
    }
