"""The person beside the chat: her phone, shown on request and logged; a code that proves her home."""

from datetime import timedelta

from starlette.responses import Response

from bot.desk import audit, residents
from bot.workspace import pages
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.visits import Visit


def phone(visit: Visit) -> Response:
    """The whole number, once; who looked is written down (R24)."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if not chat.resident.phone:
            raise not_there()
        subject = f"resident:{chat.resident_id}"
        audit.note(session, by=visit.me.by, what="phone_shown", subject=subject, now=visit.now)
        return pages.page(visit, "chats/_phone.html", number=chat.resident.phone)


def home_code(visit: Visit) -> Response:
    """A one-time code for the people of a home that she claims; it can be read here and nowhere later."""
    key = visit.needed("home", limit=40)
    valid = timedelta(hours=visit.parts.estate.conversation.code_hours)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if key not in {tie.household.key for tie in chat.resident.homes if tie.verified_at is None}:
            raise Refusal(422, "bad_choice")
        issued = residents.issue_home_code(session, home=key, by=visit.me.by, now=visit.now, valid=valid)
    if isinstance(issued, residents.NoSuchHome):
        raise Refusal(422, "bad_choice")
    return pages.page(visit, "chats/_home_code.html", issued=issued)
