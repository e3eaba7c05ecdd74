"""A store as it is after a year: residents, chats, messages, cases, written row by row in bulk."""

import random
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.desk.people.passwords import hashed
from bot.store.states import CaseKind, CaseStatus, Delivery, Lane, Mode, Role, Sender, Urgency
from bot.store.tables import (
    Agent,
    Case,
    Conversation,
    ConversationEvent,
    Household,
    Message,
    OutboxRow,
    Residency,
    Resident,
)

PASSWORD = "bench word 电池"
Row = dict[str, object]
RESIDENTS = 2000
MESSAGES_EACH = 110
"""2,000 homes that write a hundred lines a year: some 220,000 messages."""
AGENTS = 10
OPEN = 500
WAITING = 40
SAID = (
    "电梯又停了",
    "师傅几点到",
    "好的谢谢",
    "物业费怎么算",
    "楼上漏水",
    "门禁卡刷不开",
    "什么时候能修好",
    "还没有人来",
)


def write_year(session: Session, *, now: datetime, seed: int = 7) -> list[int]:
    """Write it all; the ids of the open conversations, the newest first."""
    pick = random.Random(seed)
    _people(session, now)
    session.execute(insert(Agent), _agents(now))
    chats: list[Row] = []
    events: list[Row] = []
    messages: list[Row] = []
    outbox: list[Row] = []
    message_id = 0
    for number in range(1, RESIDENTS + 1):
        began = now - timedelta(days=pick.randint(1, 365))
        is_open, waits = number > RESIDENTS - OPEN, number > RESIDENTS - WAITING
        mode = Mode.WAITING if waits else Mode.HUMAN if is_open else Mode.BOT
        owner = number % AGENTS + 1 if mode is Mode.HUMAN else None
        step = (now - began) / MESSAGES_EACH
        for place in range(1, MESSAGES_EACH + 1):
            message_id += 1
            at = now - step * (MESSAGES_EACH - place) - timedelta(seconds=5)
            hers = place % 2 == 1
            messages.append(
                {
                    "id": message_id,
                    "conversation_id": number,
                    "seq": place,
                    "revision": place,
                    "sender": Sender.RESIDENT if hers else Sender.AGENT if is_open else Sender.BOT,
                    "agent_id": owner if not hers and is_open else None,
                    "channel_id": f"m{place}",
                    "text": pick.choice(SAID),
                    "buttons": [],
                    "created_at": at,
                    "handled_at": at,
                    "upset": pick.choice((0, 0, 0, 1, 2)) if hers else None,
                    "parse": {"intent": "repair", "matters": [{"intent": "repair", "category": "lift"}]}
                    if hers
                    else None,
                    "visible": True,
                }
            )
            if not hers:
                outbox.append(
                    {
                        "message_id": message_id,
                        "conversation_id": number,
                        "channel": "webchat",
                        "lane": Lane.PEOPLE,
                        "state": Delivery.SENT,
                        "attempts": 1,
                        "due_at": at,
                        "sent_at": at,
                    }
                )
        chats.append(
            {
                "id": number,
                "channel": "webchat",
                "address": f"bench-{number}",
                "resident_id": number,
                "mode": mode,
                "owner_id": owner,
                "counter": MESSAGES_EACH,
                "reason": "asked" if waits else None,
                "waiting_since": now - timedelta(seconds=number) if waits else None,
                "facts": {},
                "created_at": began,
                "last_message_at": now,
            }
        )
        if mode is Mode.HUMAN:
            events.append(
                {
                    "conversation_id": number,
                    "old": Mode.WAITING,
                    "new": Mode.HUMAN,
                    "epoch": 1,
                    "why": "taken_over",
                    "by": f"agent:{owner}",
                    "at": now - timedelta(minutes=1),
                }
            )
    session.execute(insert(Conversation), chats)
    session.execute(insert(ConversationEvent), events)
    for table, rows in ((Message, messages), (OutboxRow, outbox)):
        for start in range(0, len(rows), 20_000):
            session.execute(insert(table), rows[start : start + 20_000])
    session.execute(insert(Case), _cases(now, pick))
    return list(range(RESIDENTS, RESIDENTS - OPEN, -1))


def _people(session: Session, now: datetime) -> None:
    homes = [
        {
            "id": number,
            "key": f"{number % 20 + 1}-{number % 3 + 1}-{number}",
            "building": str(number % 20 + 1),
            "unit": str(number % 3 + 1),
            "room": str(number),
        }
        for number in range(1, RESIDENTS + 1)
    ]
    session.execute(insert(Household), homes)
    session.execute(
        insert(Resident),
        [{"id": one["id"], "name": f"住户{one['id']}", "created_at": now} for one in homes],
    )
    session.execute(
        insert(Residency),
        [
            {
                "resident_id": one["id"],
                "household_id": one["id"],
                "claimed_at": now,
                "verified_at": now,
                "verified_by": "operator",
            }
            for one in homes
        ],
    )


def _agents(now: datetime) -> list[Row]:
    password = hashed(PASSWORD)
    return [
        {
            "id": number,
            "login": f"agent{number}",
            "name": f"客服{number}",
            "role": Role.AGENT,
            "password_hash": password,
            "must_change_password": False,
            "active": True,
            "created_at": now,
        }
        for number in range(1, AGENTS + 1)
    ]


def _cases(now: datetime, pick: random.Random) -> list[Row]:
    return [
        {
            "number": f"BX2026-{number:04d}",
            "kind": CaseKind.REPAIR,
            "category": "lift",
            "urgency": Urgency.NORMAL,
            "status": CaseStatus.ACCEPTED if number % 20 == 0 else CaseStatus.CLOSED,
            "summary": pick.choice(SAID),
            "resident_id": number % RESIDENTS + 1,
            "household_id": number % RESIDENTS + 1,
            "conversation_id": number % RESIDENTS + 1,
            "department": "工程维修部",
            "person_in_charge": "张建国",
            "details": {},
            "supervisors_only": False,
            "created_at": now - timedelta(days=pick.randint(0, 365)),
            "closed_at": None if number % 20 == 0 else now - timedelta(days=10),
        }
        for number in range(1, 6001)
    ]
