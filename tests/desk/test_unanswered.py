"""What nobody could answer: kept, grouped, answered by an entry; residents who wished for it are told."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.handbook import publishing
from bot.desk.handbook.publishing import EntryRefused, publish, published_entries, take_back
from bot.desk.handbook.unanswered import group_of, likeness, note_unanswered, open_groups, set_aside
from bot.desk.wording.speaking import speaker
from bot.store.engine import Store
from bot.store.handbook_tables import QuestionState, UnansweredQuestion
from bot.store.states import CaseKind, CaseStatus, Sender, Urgency
from bot.store.tables import AuditRow, Case, Message
from tests.support.cast import Cast, Person
from tests.support.clock import HandClock
from tests.support.estates import sample_estate, sample_words
from tests.support.handbooks import content


def ask(session: Session, who: Person, text: str, clock: HandClock, *nearest: str) -> UnansweredQuestion:
    return note_unanswered(
        session, conversation_id=who.conversation_id, text=text, nearest=nearest, now=clock()
    )


def wishes_for_an_answer(session: Session, who: Person, text: str, clock: HandClock) -> str:
    """She confirmed that a colleague shall answer: an inquiry in her words."""
    from bot.desk.casework.cases import open_case

    return open_case(
        session,
        estate=sample_estate(),
        kind=CaseKind.INQUIRY,
        category="other",
        urgency=Urgency.NORMAL,
        summary=text,
        place=None,
        since=None,
        contact=None,
        household_key=None,
        resident_id=who.resident_id,
        conversation_id=who.conversation_id,
        by=f"resident:{who.resident_id}",
        now=clock(),
    ).number


def put_out(session: Session, cast: Cast, clock: HandClock, **changes: object) -> publishing.Published:
    estate, words = sample_estate(), sample_words()
    group = changes.pop("group", None)
    return publish(
        session,
        {**content("bikes"), **changes},
        estate=estate,
        say=speaker(words, estate, now=clock()),
        by=cast.chen.by,
        now=clock(),
        group=group,  # type: ignore[arg-type]
    )


def test_the_same_question_of_two_residents_is_one_line_of_the_list(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        ask(session, cast.wang, "车库里可以洗车吗", clock)
        ask(session, cast.wang, "车库里可以洗车吗", clock)
        ask(session, cast.zhou, "请问地下车库里能洗车吗", clock)
        ask(session, cast.zhou, "小区的喷泉什么时候开", clock)
        groups = open_groups(session)
    assert [[one.text for one in group.questions] for group in groups] == [
        ["请问地下车库里能洗车吗", "车库里可以洗车吗"],
        ["小区的喷泉什么时候开"],
    ]
    assert [group.askers for group in groups] == [2, 1]


def test_what_came_near_the_same_entry_needs_fewer_words_in_common(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    one, other = "车库里可以洗车吗", "车库里洗车收费吗"
    assert 0.3 <= likeness(one, other) < 0.5
    with store.write() as session:
        ask(session, cast.wang, one, clock, "parking_rules")
        ask(session, cast.zhou, other, clock, "parking_rules")
        assert len(open_groups(session)) == 1


def test_what_is_set_aside_leaves_the_list_and_stays_a_row(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        question = ask(session, cast.wang, "你们谁最帅", clock)
        group = group_of(session, question.id)
        assert group is not None
        set_aside(session, group, by=cast.chen.by, now=clock())
        assert open_groups(session) == []
        assert session.get_one(UnansweredQuestion, question.id).settled_by == cast.chen.by


def test_who_wished_for_the_answer_is_told_it_and_nobody_else(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        question = ask(session, cast.wang, "单车停在哪里", clock)
        ask(session, cast.zhou, "单车停在哪里啊", clock)
        clock.turn(timedelta(minutes=1))
        number = wishes_for_an_answer(session, cast.wang, "单车停在哪里", clock)
        done = put_out(session, cast, clock, key=None, group=group_of(session, question.id))
        assert done.told == (cast.wang.conversation_id,)
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert case.status is CaseStatus.RESOLVED
        texts = session.scalars(select(Message.text).where(Message.sender == Sender.SYSTEM)).all()
        assert len(texts) == 1
        assert "自行车停在各楼北侧的车棚，免费。" in texts[0]
        assert open_groups(session) == []
        assert "handbook_published" in session.scalars(select(AuditRow.what)).all()


def test_an_entry_of_the_desk_goes_before_the_file_until_it_is_taken_back(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        first = put_out(session, cast, clock, title="一")
        second = put_out(session, cast, clock, title="二")
        assert [one.title for one in published_entries(session)] == ["二"]
        take_back(session, second.edit.id, by=cast.chen.by, now=clock())
        assert [one.title for one in published_entries(session)] == ["一"]
        take_back(session, first.edit.id, by=cast.chen.by, now=clock())
        assert published_entries(session) == []
        assert take_back(session, first.edit.id, by=cast.chen.by, now=clock()) is None


def test_what_is_taken_back_opens_its_questions_again(store: Store, cast: Cast, clock: HandClock) -> None:
    with store.write() as session:
        question = ask(session, cast.wang, "单车停在哪里", clock)
        done = put_out(session, cast, clock, group=group_of(session, question.id))
        assert session.get_one(UnansweredQuestion, question.id).state is QuestionState.ANSWERED
        take_back(session, done.edit.id, by=cast.chen.by, now=clock())
        assert [group.number for group in open_groups(session)] == [question.id]


def test_an_entry_without_a_source_is_refused_and_nothing_is_written(
    store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        with pytest.raises(EntryRefused) as refused:
            put_out(session, cast, clock, sources=[])
        assert [one.field for one in refused.value.problems] == ["sources"]
        assert published_entries(session) == []
