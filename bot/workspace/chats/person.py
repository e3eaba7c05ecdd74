"""The person beside the chat: her phone, shown on request and logged; what proves her home."""

from datetime import timedelta

from starlette.responses import Response

from bot.desk import audit
from bot.desk.people import residents
from bot.store.tables import Conversation
from bot.workspace import pages
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, chat_topic
from bot.workspace.visits import Visit, see_other


def phone(visit: Visit) -> Response:
    """The whole number, once; who looked is written down (R24)."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        if not chat.resident.phone:
            raise not_there()
        subject = f"resident:{chat.resident_id}"
        audit.note(session, by=visit.me.by, what="phone_shown", subject=subject, now=visit.now)
        return pages.page(visit, "chats/_phone.html", number=chat.resident.phone)


def confirm_home(visit: Visit) -> Response:
    """The agent has made sure who she is and vouches for one of her claimed homes."""
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        residents.confirm_home(
            session,
            resident_id=chat.resident_id,
            home=_claimed(visit, chat),
            by=visit.me.by,
            now=visit.now,
        )
    visit.say_more(chat_topic(visit.number("id")), DESK)
    return see_other(f"/desk/chats/{visit.number('id')}")


def home_code(visit: Visit) -> Response:
    """A one-time code for the people of a home that she claims; it can be read here and nowhere later."""
    valid = timedelta(hours=visit.parts.estate.conversation.code_hours)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        key = _claimed(visit, chat)
        issued = residents.issue_home_code(session, home=key, by=visit.me.by, now=visit.now, valid=valid)
    if isinstance(issued, residents.NoSuchHome):
        raise Refusal(422, "bad_choice")
    return pages.page(visit, "chats/_home_code.html", issued=issued)


def _claimed(visit: Visit, chat: Conversation) -> str:
    """The home of the form, if she claims it and it is not verified yet."""
    key = visit.needed("home", limit=40)
    if key not in {tie.household.key for tie in chat.resident.homes if tie.verified_at is None}:
        raise Refusal(422, "bad_choice")
    return key
