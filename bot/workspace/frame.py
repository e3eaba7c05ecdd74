"""What the frame of every page shows and changes by itself: counts, offers, alarms, one's own state.

One answer for all of it: ten open pages that asked for each part by itself at every piece of news kept a
desk busier than the people who worked on them.
"""

from typing import Any

from starlette.responses import Response

from bot.workspace import pages
from bot.workspace.alarms.views import alarms_now
from bot.workspace.chats.reading import waiting_count
from bot.workspace.notices.views import new_notices
from bot.workspace.service.views import chosen_by, offers_to
from bot.workspace.visits import Visit


def now(visit: Visit) -> Response:
    """GET /desk/now: the parts, each swapped into the place of its id."""
    shown: dict[str, Any] = {**alarms_now(visit)}  # before the read: showing an alarm is written down
    with visit.parts.store.read() as session:
        if visit.me.serves_chats:
            shown |= {
                "waiting": waiting_count(session),
                "chosen": chosen_by(session, visit.me.id),
                "offers": offers_to(session, visit),
            }
        return pages.page(visit, "_now.html", notices=new_notices(session, visit.me), **shown)
