"""The block list 限制接待名单 (R45), for supervisors: put on beside a chat, looked through, taken off."""

from starlette.responses import Response

from bot.desk.people import blocks
from bot.desk.people.names import names_of
from bot.store.tables import Resident
from bot.workspace import pages
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import DESK, chat_topic
from bot.workspace.visits import Visit, note_look, see_other

REASON_LIMIT = 200


def listing(visit: Visit) -> Response:
    """Who is on it, why, until when, by whom."""
    note_look(visit, "blocks", "read_blocks")
    with visit.parts.store.read() as session:
        found = blocks.entries(session, now=visit.now)
        names = names_of(session, [entry.by for entry, _ in found])
        return pages.page(visit, "service/blocks.html", area="blocks", found=found, names=names)


def put_on(visit: Visit) -> Response:
    """From beside her chat: a reason and a number of days."""
    reason, days = visit.needed("reason", limit=REASON_LIMIT), visit.needed("days", limit=2)
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        try:
            blocks.block(
                session,
                chat.resident_id,
                reason=reason,
                days=int(days) if days.isascii() and days.isdigit() else 0,
                by=visit.me.by,
                now=visit.now,
            )
        except blocks.NotABlock:
            raise Refusal(422, "bad_choice") from None
    visit.say_more(chat_topic(visit.number("id")), DESK)
    return see_other(f"/desk/chats/{visit.number('id')}")


def take_off(visit: Visit) -> Response:
    """Before its time."""
    resident_id = visit.number("resident")
    with visit.parts.store.write() as session:
        if session.get(Resident, resident_id) is None:
            raise not_there()
        blocks.lift(session, resident_id, by=visit.me.by, now=visit.now)
    visit.say_more(DESK)
    return see_other("/desk/blocks")
