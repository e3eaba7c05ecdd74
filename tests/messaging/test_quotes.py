"""Which case she means by answering an older message, and which words of hers she says again."""

import pytest

from bot.desk.casework.cases import withdraw_case
from bot.desk.talk.conversations import Answered
from bot.messaging.quotes import Quoted, quoted_in
from bot.store import actors
from bot.store.channel_tables import TelegramMessage
from bot.store.tables import Conversation, Message
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import Cast, Person
from tests.support.desk_at_work import DeskAtWork


def answers(desk: DeskAtWork, person: Person, text: str, older: Message, *, part: str = "") -> Quoted | None:
    """She answers `older` with a reply; `part`: the words of it she chose."""
    hers = desk.hears(person, text)
    with desk.store.write() as session:
        session.add(
            TelegramMessage(
                chat_id=person.conversation_id,
                telegram_id=hers.id,
                message_id=hers.id,
                part=0,
                replied_to_id=older.id,
                quoted=part or older.text,
            )
        )
        session.flush()
        conversation = session.get_one(Conversation, person.conversation_id)
        return quoted_in(session, conversation, [hers.id])


def told(desk: DeskAtWork, cast: Cast, text: str) -> Message:
    """小李 writes it to 王阿姨."""
    said = desk.replies(cast.li, cast.wang, text)
    assert isinstance(said, Answered)
    return said.message


@pytest.fixture
def numbers(desk: DeskAtWork, cast: Cast) -> list[str]:
    """Two cases that 王阿姨 has, and one of 老周's."""
    with desk.store.write() as session:
        lift = open_lift_case(session, cast.wang, desk.clock())
        noise = open_lift_case(session, cast.wang, desk.clock(), summary="楼上半夜装修")
        theirs = open_lift_case(session, cast.zhou, desk.clock())
    return [lift.number, noise.number, theirs.number]


def test_the_case_that_our_message_names(desk: DeskAtWork, cast: Cast, numbers: list[str]) -> None:
    older = told(desk, cast, f"已为您登记，工单号{numbers[0]}，今天上门。")
    found = answers(desk, cast.wang, "这个怎么样了", older)
    assert found == Quoted(numbers[0], True, "")


def test_of_a_list_the_line_she_chose(desk: DeskAtWork, cast: Cast, numbers: list[str]) -> None:
    older = told(desk, cast, f"工单{numbers[0]}：已受理。\n工单{numbers[1]}：处理中。")
    whole = answers(desk, cast.wang, "这个呢", older)
    assert whole is not None
    assert whole.number is None
    line = answers(desk, cast.wang, "我说的是这个", older, part=f"工单{numbers[1]}：处理中")
    assert line is not None
    assert line.number == numbers[1]


def test_her_own_words_and_the_case_they_became(desk: DeskAtWork, cast: Cast) -> None:
    hers = desk.hears(cast.wang, "厨房水管漏水，3-2-1201，昨晚开始的")
    with desk.store.write() as session:
        opened = open_lift_case(session, cast.wang, desk.clock(), summary="厨房水管漏水")
        open_lift_case(session, cast.wang, desk.clock())
    found = answers(desk, cast.wang, "这个修了吗", hers)
    assert found == Quoted(opened.number, True, hers.text)


def test_her_own_words_that_became_no_case(desk: DeskAtWork, cast: Cast) -> None:
    hers = desk.hears(cast.wang, "物业费什么时候交")
    assert answers(desk, cast.wang, "这个还没回答我", hers) == Quoted(None, False, "物业费什么时候交")


def test_a_case_that_is_over_is_named_and_not_open(desk: DeskAtWork, cast: Cast, numbers: list[str]) -> None:
    with desk.store.write() as session:
        opened = open_lift_case(session, cast.wang, desk.clock())
        withdraw_case(session, case_of(session, opened), by=actors.BOT, now=desk.clock())
    older = told(desk, cast, f"工单{opened.number}已经撤销。")
    found = answers(desk, cast.wang, "又坏了", older)
    assert found is not None
    assert (found.number, found.open) == (opened.number, False)


def test_her_neighbours_case_is_not_there(desk: DeskAtWork, cast: Cast, numbers: list[str]) -> None:
    older = told(desk, cast, f"工单{numbers[2]}在处理。")
    found = answers(desk, cast.wang, "这个怎么样了", older)
    assert found is not None
    assert found.number is None


def test_who_answers_nothing_points_at_nothing(desk: DeskAtWork, cast: Cast) -> None:
    hers = desk.hears(cast.wang, "在吗")
    with desk.store.read() as session:
        conversation = session.get_one(Conversation, cast.wang.conversation_id)
        assert quoted_in(session, conversation, [hers.id]) is None
