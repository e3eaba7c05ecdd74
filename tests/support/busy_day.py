"""A desk in the middle of its day, for pictures and for whoever looks the pages over."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.casework.cases import assign_case, close_case, reopen_case, resolve_case, start_case
from bot.desk.emergencies.help import acknowledge
from bot.desk.emergencies.telling import Telling
from bot.desk.people.agents import change_role
from bot.desk.people.blocks import block
from bot.desk.service import beside, endings, presence
from bot.desk.talk import conversations
from bot.desk.talk.outbox import mark_sent
from bot.desk.talk.transcript import record_inbound, record_outbound
from bot.store import actors
from bot.store.engine import Store
from bot.store.states import CaseKind, Delivery, Lane, Role, Sender, Urgency
from bot.store.tables import OutboxRow
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, Person, make_person
from tests.support.clock import HandClock
from tests.support.cries import Cries, only_alarm
from tests.support.estates import sample_estate, sample_words

LIFT = {"intent": "repair", "category": "lift"}
NEIGHBOURS = (
    ("李梅", "0502", "请问地下车位还有出租的吗"),
    ("赵建平", "1702", "门禁卡丢了，怎么补办"),
    ("孙阿婆", "0301", "楼道灯不亮，晚上看不见台阶"),
    ("何先生", "2203", "明天装宽带，要不要登记"),
)


def busy_day(store: Store, cast: Cast, clock: HandClock) -> dict[str, str]:
    """Fill the desk; its pages by name. 陈姐 is an admin, so that she sees them all."""
    with store.write() as session:
        change_role(session, agent_id=cast.chen.agent_id, role=Role.ADMIN, by=actors.OPERATOR, now=clock())
        number = _wangs_lift(session, cast, clock)
        _zhous_fee(session, cast, clock)
        _neighbours(session, cast, clock)
        presence.heartbeat(session, cast.li.agent_id, now=clock())
    with store.write() as session:
        cried = make_person(session, "周小雨", "0901", clock())
    Cries(store, clock).hears(cried, "电梯困人了，两个人在里面，8楼和9楼中间")
    with store.write() as session:
        alarm = only_alarm(session)
        telling = Telling(sample_words(), sample_estate())
        acknowledge(session, alarm.id, agent_id=cast.li.agent_id, telling=telling, now=clock.turn(seconds=50))
        _all_sent(session, clock)
    return {
        "sign-in": "/desk/sign-in",
        "chats": "/desk/chats",
        "chat": f"/desk/chats/{cast.wang.conversation_id}",
        "wall": "/desk/wall",
        "phrases": "/desk/phrases",
        "archive": "/desk/archive",
        "quality": "/desk/quality",
        "blocks": "/desk/blocks",
        "audit": "/desk/audit?show=all",
        "people": "/desk/people",
        "cases": "/desk/cases",
        "case": f"/desk/cases/{number}",
        "alarms": "/desk/alarms",
        "notices": "/desk/notices",
        "handbook": "/desk/handbook",
        "handbook-write": "/desk/handbook/write",
        "password": "/desk/password",
        "factor": "/desk/second-factor",
        "empty": "/desk/archive?words=没有这样的话",
        "error": "/desk/cases/BX2020-9999",
    }


def _neighbours(session: Session, cast: Cast, clock: HandClock) -> None:
    """Others with small matters: two wait, one is with 小李; their cases stand differently."""
    people = [make_person(session, name, room, clock()) for name, room, _ in NEIGHBOURS]
    for place, (person, (_, _, text)) in enumerate(zip(people, NEIGHBOURS, strict=True)):
        record_inbound(
            session,
            conversation_id=person.conversation_id,
            channel_id="n1",
            text=text,
            now=clock.turn(seconds=35),
        )
        if place < 2:
            conversations.request_person(
                session, person.conversation_id, reason="asked", by=actors.BOT, now=clock()
            )
    conversations.answer(
        session,
        people[3].conversation_id,
        agent_id=cast.li.agent_id,
        text="何先生您好，装宽带不用登记，师傅进门时报一下房号就行",
        client_id="2",
        now=clock.turn(seconds=20),
    )
    _cases_of(session, cast, people, clock)
    reason = "连续三天在会话里辱骂客服，已当面提醒过一次"
    block(session, cast.stranger.resident_id, reason=reason, days=7, by=cast.chen.by, now=clock())


def _all_sent(session: Session, clock: HandClock) -> None:
    for message_id in session.scalars(select(OutboxRow.message_id).where(OutboxRow.state == Delivery.QUEUED)):
        mark_sent(session, message_id, desk="busy", now=clock())


def _cases_of(session: Session, cast: Cast, people: list[Person], clock: HandClock) -> None:
    for person, category, place, summary in (
        (people[2], "lighting", "3栋2单元3层楼道", "楼道灯不亮，晚上看不见台阶"),
        (people[0], "door", "3栋2单元门口", "单元门门禁刷卡没反应"),
        (people[1], "drain", "3-2-1702 厨房", "厨房下水很慢，快要堵了"),
    ):
        opened = open_lift_case(
            session,
            person,
            clock(),
            category=category,
            place=place,
            summary=summary,
            urgency=Urgency.NORMAL,
        )
        case = case_of(session, opened)
        assign_case(session, case, agent_id=cast.li.agent_id, by=cast.chen.by, now=clock.turn(minutes=1))
        if category != "door":
            start_case(session, case, by=cast.li.by, now=clock.turn(minutes=1))
        if category == "drain":
            resolve_case(session, case, result="已疏通", by=cast.li.by, now=clock.turn(minutes=1))
            reopen_case(
                session,
                case,
                estate=sample_estate(),
                why="第二天又慢了",
                by=cast.li.by,
                now=clock.turn(minutes=1),
            )


def _wangs_lift(session: Session, cast: Cast, clock: HandClock) -> str:
    opened = open_lift_case(session, cast.wang, clock() - timedelta(hours=2))
    said = [("电梯又停在五楼了", 0), ("两个小时了，没有人来", 1), ("第三次了！你们到底管不管", 2)]
    for number, (text, upset) in enumerate(said):
        message = record_inbound(
            session,
            conversation_id=cast.wang.conversation_id,
            channel_id=f"w{number}",
            text=text,
            now=clock.turn(seconds=40),
        ).message
        message.upset, message.parse = upset, {"intent": "repair", "matters": [LIFT]}
        if number == 0:
            record_outbound(
                session,
                conversation_id=cast.wang.conversation_id,
                sender=Sender.BOT,
                text="已经登记报修，方便留个电话吗？",
                lane=Lane.BOT,
                epoch=0,
                now=clock(),
            )
    beside.add_trait(session, cast.wang.resident_id, kind="need", text="独居老人", by=cast.li.by, now=clock())
    beside.add_note(
        session,
        cast.wang.conversation_id,
        agent_id=cast.li.agent_id,
        text="@陈姐 上周也报过同一部电梯",
        now=clock(),
    )
    conversations.request_person(
        session, cast.wang.conversation_id, reason="angry", by=actors.BOT, now=clock()
    )
    return opened.number


def _zhous_fee(session: Session, cast: Cast, clock: HandClock) -> None:
    case = case_of(
        session,
        open_lift_case(
            session,
            cast.zhou,
            clock(),
            kind=CaseKind.FEE,
            category="how_computed",
            urgency=Urgency.NORMAL,
            summary="物业费怎么算的",
        ),
    )
    resolve_case(session, case, result="已说明单价和面积", by=cast.li.by, now=clock())
    close_case(session, case, by=cast.li.by, now=clock())
    conversations.answer(
        session,
        cast.zhou.conversation_id,
        agent_id=cast.li.agent_id,
        text="老周您好，按面积计算",
        client_id="1",
        now=clock(),
    )
    endings.record_ending(
        session,
        cast.zhou.conversation_id,
        agent_id=cast.li.agent_id,
        reason="answered",
        note="已说明收费标准",
        now=clock(),
    )
    conversations.hand_back(
        session, cast.zhou.conversation_id, agent_id=cast.li.agent_id, note="已说明收费标准", now=clock()
    )
