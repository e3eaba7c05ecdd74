"""Who is asked for which chat, and when it goes on to the next: the rules, without a store."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk.estate.service_part import ServiceSettings
from bot.desk.service.plan import (
    CallOut,
    CloseIdle,
    EndOffer,
    Floor,
    MakeOffer,
    Offered,
    ReturnChat,
    Served,
    TellWaiting,
    WarnIdle,
    plan,
)
from bot.desk.service.presence import Standing, There
from bot.desk.service.queue import Queued, in_order
from bot.store.service_tables import OfferEnd
from bot.store.states import Role
from tests.support.clock import MORNING

LI, ZHAO, CHEN = 1, 2, 9
HOW = ServiceSettings()


def after(**time: float) -> datetime:
    return MORNING + timedelta(**time)


def person(agent_id: int, there: There = There.ONLINE, **more: object) -> Standing:
    known: dict[str, object] = {
        "name": "x",
        "role": Role.SUPERVISOR if agent_id == CHEN else Role.AGENT,
        "open_chats": 0,
        "capacity": 3,
        "skills": frozenset(),
        "seen_at": MORNING,
    }
    return Standing(agent_id=agent_id, there=there, **{**known, **more})  # type: ignore[arg-type]


def floor(*people: Standing, **more: object) -> Floor:
    known: dict[str, object] = {"now": MORNING, "how": HOW, "attended": True, "queue": [Queued(1, MORNING)]}
    return Floor(people=people, **{**known, **more})  # type: ignore[arg-type]


def test_the_oldest_first_the_angry_a_little_sooner_an_emergency_before_all() -> None:
    calm = Queued(1, MORNING)
    angry = Queued(2, after(minutes=4), upset=2)
    late = Queued(3, after(minutes=6), upset=2)
    fire = Queued(4, after(minutes=9), emergency=True)
    assert [one.conversation_id for one in in_order([late, calm, angry, fire], HOW.head_start)] == [
        4,
        2,
        1,
        3,
    ]


def test_who_threatens_comes_as_soon_as_who_is_angry() -> None:
    calm, threat = Queued(1, MORNING), Queued(2, after(minutes=4), threat=True)
    assert [one.conversation_id for one in in_order([calm, threat], HOW.head_start)] == [2, 1]


def test_a_waiting_chat_is_offered_to_one_who_is_there_and_has_room() -> None:
    full, away = person(LI, open_chats=3), person(3, There.AWAY)
    assert plan(floor(full, away, person(ZHAO), person(CHEN))).acts == (MakeOffer(1, ZHAO),)


def test_two_chats_go_to_two_people_and_a_third_to_nobody_who_is_full() -> None:
    queue = [Queued(number, MORNING) for number in (1, 2, 3)]
    acts = plan(floor(person(LI, capacity=1), person(ZHAO, capacity=1), queue=queue)).acts
    assert acts == (MakeOffer(1, LI), MakeOffer(2, ZHAO))


def test_whoever_knows_the_matter_is_asked_before_who_does_not() -> None:
    fees = [Queued(1, MORNING, department="finance")]
    repairs, money = (
        person(LI, skills=frozenset({"engineering"})),
        person(ZHAO, skills=frozenset({"finance"})),
    )
    assert plan(floor(repairs, money, queue=fees)).acts == (MakeOffer(1, ZHAO),)
    assert plan(floor(repairs, queue=fees)).acts == (MakeOffer(1, LI),)  # better she than nobody


def test_the_next_is_asked_when_her_time_is_over_then_the_supervisor() -> None:
    offer = Offered(7, 1, LI, until=after(seconds=45))
    people = [person(LI), person(ZHAO), person(CHEN)]
    waiting = plan(floor(*people, offers=[offer]))
    assert waiting.acts == ()
    assert waiting.next_at == after(seconds=45)
    passed = plan(floor(*people, offers=[offer], now=after(seconds=45)))
    assert passed.acts == (EndOffer(7, OfferEnd.PASSED), MakeOffer(1, ZHAO))
    gone_by = [
        replace(offer, outcome=OfferEnd.PASSED, ended_at=after(seconds=45)),
        Offered(8, 1, ZHAO, after(seconds=90), OfferEnd.PASSED, after(seconds=90)),
    ]
    assert MakeOffer(1, CHEN) in plan(floor(*people, offers=gone_by, now=after(seconds=90))).acts


def test_an_offer_to_somebody_who_went_away_is_over_at_once() -> None:
    offer = Offered(7, 1, LI, until=after(seconds=45))
    acts = plan(floor(person(LI, There.OFFLINE), person(ZHAO), offers=[offer])).acts
    assert acts == (EndOffer(7, OfferEnd.GONE), MakeOffer(1, ZHAO))


def test_whoever_let_it_pass_is_asked_again_only_after_a_while() -> None:
    offer = Offered(7, 1, LI, after(seconds=45), OfferEnd.PASSED, after(seconds=45))
    soon = plan(floor(person(LI), offers=[offer], now=after(seconds=50)))
    assert not [act for act in soon.acts if isinstance(act, MakeOffer)]
    assert soon.next_at == after(seconds=60)  # then somebody is called out
    assert MakeOffer(1, LI) in plan(floor(person(LI), offers=[offer], now=after(seconds=165))).acts


def test_with_no_agent_there_the_supervisor_is_asked_at_once() -> None:
    assert plan(floor(person(LI, There.OFFLINE), person(CHEN))).acts == (MakeOffer(1, CHEN),)


def test_a_complaint_about_a_colleague_is_offered_to_supervisors_only() -> None:
    secret = [Queued(1, MORNING, for_supervisors=True)]
    assert plan(floor(person(LI), person(CHEN), queue=secret)).acts == (MakeOffer(1, CHEN),)
    assert plan(floor(person(LI), queue=secret, now=after(seconds=50))).acts == ()


def test_when_all_agents_are_full_the_supervisor_is_asked_after_the_time_of_one_offer() -> None:
    full, chen = person(LI, open_chats=3), person(CHEN)
    assert plan(floor(full, chen)).acts == ()
    assert plan(floor(full, chen)).next_at == after(seconds=45)
    assert plan(floor(full, chen, now=after(seconds=45))).acts == (MakeOffer(1, CHEN),)


def test_a_chat_nobody_takes_is_called_out_to_one_after_the_other() -> None:
    alone = floor(chain=2, now=after(seconds=60))
    assert plan(alone).acts == (CallOut(1, 0),)
    assert plan(replace(alone, called={1: 1})).next_at == after(seconds=120)
    assert plan(replace(alone, called={1: 1}, now=after(seconds=120))).acts == (CallOut(1, 1),)
    assert plan(replace(alone, called={1: 2}, now=after(seconds=200))).acts == ()


def test_at_night_nobody_is_called_out_and_nobody_is_told_to_be_patient() -> None:
    assert plan(floor(attended=False, now=after(hours=5))).acts == ()


def test_who_waits_long_is_told_once_how_things_stand() -> None:
    long_wait = floor(called={1: 1}, now=after(minutes=5))
    assert plan(long_wait).acts == (TellWaiting(1),)
    assert plan(replace(long_wait, told_waiting=frozenset({1}))).acts == ()


def served(**more: object) -> Served:
    return Served(conversation_id=1, owner_id=LI, heard_at=MORNING, **more)  # type: ignore[arg-type]


def test_a_chat_of_somebody_gone_comes_back_when_an_answer_is_owed() -> None:
    owed = floor(person(LI, There.OFFLINE), queue=[], served=[served(unanswered_since=after(seconds=30))])
    assert plan(owed).next_at == after(seconds=90)
    returned = plan(replace(owed, now=after(seconds=90))).acts
    assert returned == (ReturnChat(1, LI, "owner_gone", after(seconds=30)),)
    settled = floor(person(LI, There.OFFLINE), queue=[], served=[served(silent_since=MORNING)])
    assert plan(replace(settled, now=after(minutes=5))).acts == ()


def test_a_chat_of_somebody_silent_comes_back_although_her_page_is_open() -> None:
    owed = floor(person(LI), queue=[], served=[served(unanswered_since=MORNING)], now=after(minutes=3))
    assert plan(owed).acts == (ReturnChat(1, LI, "owner_silent", MORNING),)


def test_a_quiet_chat_is_warned_and_then_closed() -> None:
    quiet = floor(person(LI), queue=[], served=[served(silent_since=MORNING)], now=after(minutes=20))
    assert plan(quiet).acts == (WarnIdle(1, MORNING),)
    warned = [served(silent_since=MORNING, warned_at=after(minutes=20))]
    assert plan(replace(quiet, served=warned)).acts == ()
    assert plan(replace(quiet, served=warned, now=after(minutes=30))).acts == (
        CloseIdle(1, after(minutes=20)),
    )
