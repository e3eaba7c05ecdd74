"""What whoever takes a chat over needs to know (R44), built from the record and from nothing else.

Keys, texts of the record and times; the words around them are the page's. Nothing is guessed: what was
not understood is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.desk.casework.access import cases_beside_chat
from bot.desk.casework.case_rows import OPEN_STATUSES
from bot.desk.emergencies.alarms import OPEN
from bot.desk.people.residents import homes_of
from bot.desk.service.beside import traits_of
from bot.desk.talk.moods import Trend, trend_of
from bot.store.emergency_tables import Alarm, AlarmVoice
from bot.store.service_tables import ResidentTrait
from bot.store.states import CaseKind, Mode, PromiseState, Role, Sender
from bot.store.tables import Case, Conversation, ConversationEvent, Message, Promise

LOOKS_BACK = 60
"""Messages of the present talk that are looked at, the newest."""
PAUSE = timedelta(hours=12)
"""After so long without a word a new talk begins."""
REPEATED_WITHIN = timedelta(days=90)
CASES = 20
BOT_SAID = 3
MOODS = 12


@dataclass(frozen=True)
class Matter:
    """One thing she wants, as it was understood."""

    intent: str
    category: str | None


@dataclass(frozen=True)
class Mood:
    at: datetime
    upset: int


@dataclass(frozen=True)
class Summary:
    """One chat at one moment."""

    since: datetime | None
    """Her first message of the present talk."""
    matters: tuple[Matter, ...]
    first_words: str
    last_words: str
    moods: tuple[Mood, ...]
    bot_said: tuple[str, ...]
    """The assistant's last answers in this talk, the newest last."""
    bot_asked: str | None
    """Its question that she has not answered."""
    open_cases: tuple[Case, ...]
    closed_cases: int
    repeated: int
    """Cases of the same kind and category within 90 days, the present one included; 0 below two."""
    promises: tuple[Promise, ...]
    """Open ones, and missed ones of open cases, the earliest first."""
    earlier_note: str | None
    """What the person before left when she handed the chat back."""
    traits: tuple[ResidentTrait, ...]
    emergency: Alarm | None
    phone_known: bool
    home_known: bool
    home_verified: bool

    @property
    def upset(self) -> int:
        """How upset she is now: the worst of her last three messages."""
        return max((mood.upset for mood in self.moods[-3:]), default=0)

    @property
    def trend(self) -> Trend:
        """How her mood went in this talk."""
        return trend_of([mood.upset for mood in self.moods])


def summarise(
    session: Session,
    conversation: Conversation,
    *,
    seen_by: tuple[Role, int],
    with_secrets: bool,
    now: datetime,
) -> Summary:
    """The summary as this person (her role and id) may read it."""
    talk = _talk(session, conversation, with_secrets)
    hers = [one for one in talk if one.sender is Sender.RESIDENT]
    said = [one for one in talk if one.sender is Sender.BOT and one.text]
    cases = cases_beside_chat(
        session,
        resident_id=conversation.resident_id,
        conversation_id=conversation.id,
        seen_by=seen_by,
        limit=CASES,
    )
    opened = [one for one in cases if one.status in OPEN_STATUSES]
    homes = homes_of(session, conversation.resident_id)
    written = [one for one in hers if one.payload is None]
    texts = [one.text for one in written if one.text]
    return Summary(
        since=hers[0].created_at if hers else None,
        matters=matters_of(hers),
        first_words=texts[0] if texts else "",
        last_words=texts[-1] if len(texts) > 1 else "",
        moods=tuple(Mood(one.created_at, one.upset) for one in written if one.upset is not None)[-MOODS:],
        bot_said=tuple(one.text for one in said[-BOT_SAID:]),
        bot_asked=_unanswered_question(talk),
        open_cases=tuple(opened),
        closed_cases=len(cases) - len(opened),
        repeated=_repeated(cases, now),
        promises=_promises(session, opened),
        earlier_note=_earlier_note(session, conversation),
        traits=tuple(traits_of(session, conversation.resident_id)),
        emergency=_emergency(session, conversation.id),
        phone_known=conversation.resident.phone is not None,
        home_known=bool(homes),
        home_verified=bool(homes) and homes[0].verified,
    )


def matters_of(messages: Sequence[Message]) -> tuple[Matter, ...]:
    """What her messages were understood to want, each once, the newest first; small talk is no matter."""
    found: dict[Matter, None] = {}
    for message in reversed(messages):
        parse = message.parse or {}
        rows = parse.get("matters") or ([parse] if parse.get("intent") else [])
        for row in rows:
            if row.get("intent") in _KINDS:
                found.setdefault(Matter(str(row["intent"]), row.get("category")))
    return tuple(found)[:4]


_KINDS = frozenset(kind.value for kind in CaseKind)


def _talk(session: Session, conversation: Conversation, with_secrets: bool) -> list[Message]:
    """The messages since the last hand-back or long pause, oldest first."""
    began = session.scalar(
        select(func.max(ConversationEvent.at)).where(
            ConversationEvent.conversation_id == conversation.id,
            ConversationEvent.old == Mode.HUMAN,
            ConversationEvent.new == Mode.BOT,
        )
    )
    wanted = (
        select(Message)
        .where(Message.conversation_id == conversation.id)
        .options(joinedload(Message.turn))
        .order_by(Message.seq.desc())
        .limit(LOOKS_BACK)
    )
    if began is not None:
        wanted = wanted.where(Message.created_at > began)
    talk: list[Message] = []
    for message in session.scalars(wanted):
        if talk and talk[-1].created_at - message.created_at > PAUSE:
            break
        talk.append(message)
    return [one for one in reversed(talk) if with_secrets or not one.supervisors_only]


def _unanswered_question(talk: Sequence[Message]) -> str | None:
    for message in reversed(talk):
        if message.sender is Sender.RESIDENT or message.sender is Sender.AGENT:
            return None
        if message.sender is Sender.BOT and message.text:
            return message.text if message.text.rstrip()[-1:] in "？?吗" else None
    return None


def _repeated(cases: Sequence[Case], now: datetime) -> int:
    if not cases:
        return 0
    same = [
        one
        for one in cases
        if (one.kind, one.category) == (cases[0].kind, cases[0].category)
        and one.created_at > now - REPEATED_WITHIN
    ]
    return len(same) if len(same) > 1 else 0


def _promises(session: Session, cases: Sequence[Case]) -> tuple[Promise, ...]:
    rows = session.scalars(
        select(Promise)
        .where(
            Promise.case_id.in_([one.id for one in cases]),
            (Promise.state == PromiseState.OPEN)
            | ((Promise.state == PromiseState.MISSED) & Promise.kept_at.is_(None)),
        )
        .options(selectinload(Promise.case))
        .order_by(Promise.due_at)
    )
    return tuple(rows)


def _earlier_note(session: Session, conversation: Conversation) -> str | None:
    """The note stays in the row until the next hand-back; it says something only if a person left it."""
    return conversation.handback_note


def _emergency(session: Session, conversation_id: int) -> Alarm | None:
    return session.scalars(
        select(Alarm)
        .join(AlarmVoice, AlarmVoice.alarm_id == Alarm.id)
        .where(AlarmVoice.conversation_id == conversation_id, Alarm.state.in_(OPEN))
        .order_by(Alarm.id.desc())
        .limit(1)
    ).first()
