"""改正理解: a person says what a resident's message really meant; the next training learns from it."""

from starlette.responses import Response

from bot.desk.talk.readings import NoWordsToRead, UnknownReading, correct_reading
from bot.desk.talk.transcript import touch
from bot.language.known_readings import known_readings
from bot.store.tables import Message
from bot.workspace.chats import reading
from bot.workspace.faults import Refusal, not_there
from bot.workspace.parts import chat_topic
from bot.workspace.visits import Visit, is_fragment, see_other


def choices() -> list[tuple[str, list[str | None]]]:
    """Every reading there is: each intent with its categories, in a steady order."""
    by_intent: dict[str, list[str | None]] = {}
    for intent, category in sorted(known_readings(), key=lambda one: (one[0], one[1] or "")):
        by_intent.setdefault(intent, []).append(category)
    return sorted(by_intent.items(), key=lambda one: (len(one[1]) == 1, one[0]))


def correct(visit: Visit) -> Response:
    """What one message meant: `what` is "repair:lift" or "thanks:"."""
    chosen = visit.needed("message", limit=18)
    intent, _, category = visit.needed("what", limit=80).partition(":")
    with visit.parts.store.write() as session:
        chat = reading.chat_for(session, visit.me, visit.number("id"))
        message = session.get(Message, int(chosen)) if chosen.isascii() and chosen.isdigit() else None
        hidden = message is not None and message.supervisors_only
        if message is None or message.conversation_id != chat.id:
            raise not_there()
        if hidden and not reading.reads_secrets_of(session, visit.me, chat.id):
            raise not_there()
        try:
            correct_reading(session, message.id, intent, category or None, by=visit.me.by, now=visit.now)
        except (UnknownReading, NoWordsToRead):
            raise Refusal(422, "bad_choice") from None
        touch(session, message)
    visit.say_more(chat_topic(visit.number("id")))
    if is_fragment(visit.request):
        return Response(status_code=204)
    return see_other(f"/desk/chats/{visit.number('id')}")
