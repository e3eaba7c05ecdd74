"""What residents send at Telegram, and what the desk makes of it."""

import io

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk.talk.conversations import answer, take_over
from bot.store.channel_tables import MessageVersion, TelegramChat, TelegramMessage
from bot.store.states import Mode
from bot.store.tables import Agent, Notice
from tests.channels.telegram.conftest import TelegramDesk
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.telegram.people import TelegramGroup, TelegramPerson
from tests.support.clock import HandClock
from tests.support.estates import sample_words


def picture(colour: str = "red") -> bytes:
    """A small JPEG, another one for each colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def words(key: str) -> str:
    """The beginning of a wording of telegram.yml."""
    return sample_words().responses[key][0].text.split("{")[0][:8]


def says(person: TelegramPerson, key: str) -> bool:
    return any(words(key) in text for text in person.texts())


# --- pictures, voice, files ------------------------------------------------------------------------------


def test_a_photo_with_its_words_is_one_message(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_photo(picture(), caption="厨房漏水")
    desk.telegram.until(wang.texts)
    [message] = desk.heard(wang)
    assert message.text == "厨房漏水"
    [file] = message.attachments
    assert (file.media_type, file.width, file.height) == ("image/jpeg", 40, 30)
    assert desk.server.desk.attachments.path(file.sha256).exists()


def test_an_album_is_one_message(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_album([picture("red"), picture("green"), picture("blue")], caption="三处都漏")
    wang.says("快来看看")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 2)
    album, text = desk.heard(wang)
    assert (album.text, len(album.attachments), text.text) == ("三处都漏", 3, "快来看看")
    places = desk.reads(
        lambda session: session.scalars(
            select(TelegramMessage.part).where(TelegramMessage.message_id == album.id)
        ).all()
    )
    assert sorted(places) == [0, 1, 2]


def test_a_voice_message_is_a_persons_and_she_is_told_so(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_voice(b"OggS voice")
    desk.telegram.until(lambda: says(wang, "utter_telegram_voice"))
    [message] = desk.heard(wang)
    assert message.attachments[0].media_type == "audio/ogg"
    assert desk.conversation(wang).mode is Mode.WAITING
    assert desk.conversation(wang).reason == "voice"
    wang.sends_voice(b"OggS again")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 2)
    assert len(wang.texts()) == 1


def test_a_document_is_kept_as_it_is(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_document(b"%PDF-1.4 x", "合同.pdf", "application/pdf", caption="装修合同")
    desk.telegram.until(wang.texts)
    [file] = desk.heard(wang)[0].attachments
    assert (file.name, file.media_type) == ("合同.pdf", "application/pdf")
    assert desk.server.desk.attachments.path(file.sha256).read_bytes() == b"%PDF-1.4 x"


@pytest.mark.parametrize("why", ["too big", "link broken"])
def test_a_file_that_cannot_be_had_is_said_and_its_words_count(
    desk: TelegramDesk, wang: TelegramPerson, why: str
) -> None:
    if why == "too big":
        desk.telegram.world.file_limit = 5
    else:
        desk.telegram.fail("error", code=500, method="download", times=None)
    wang.sends_photo(picture(), caption="厨房漏水")
    desk.telegram.until(lambda: says(wang, "utter_telegram_file_lost") and len(wang.texts()) == 2)
    assert desk.heard(wang)[0].text.startswith("厨房漏水")


def test_what_only_claims_to_be_a_picture_is_kept_as_a_file(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_photo(b"no picture at all")
    desk.telegram.until(wang.texts)
    assert desk.heard(wang)[0].attachments[0].media_type == "application/octet-stream"


# --- the rest of what a phone can send -------------------------------------------------------------------


def test_a_place_is_kept_and_the_address_asked_for(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_location(31.23, 121.47)
    desk.telegram.until(lambda: says(wang, "utter_telegram_location"))
    assert "31.23" in desk.heard(wang)[0].text


def test_her_own_contact_reads_as_her_number(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    wang.shares_contact("+8613812341234")
    desk.telegram.until(wang.texts)
    assert "13812341234" in rasa.texts()[0]


def test_a_sticker_gets_a_short_word_once(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends_sticker("👍")
    wang.sends_sticker("👍")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 2 and wang.texts())
    assert [message.text for message in desk.heard(wang)] == ["👍", "👍"]
    assert len(wang.texts()) == 1


def test_what_cannot_be_shown_is_said(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.sends({"dice": {"emoji": "🎲", "value": 3}})
    desk.telegram.until(lambda: says(wang, "utter_telegram_other"))


def test_several_messages_in_a_row_are_kept_in_order(desk: TelegramDesk, wang: TelegramPerson) -> None:
    for number in range(6):
        wang.says(f"第{number}句")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 6)
    assert [message.text for message in desk.heard(wang)] == [f"第{number}句" for number in range(6)]


# --- edits -----------------------------------------------------------------------------------------------


def test_an_edit_before_anyone_began_counts(desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa) -> None:
    rasa.fail("slow", times=1)
    wang.says("第一句")
    desk.telegram.until(rasa.hanging.is_set)
    second = wang.says("3栋漏水")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 2)
    wang.edits(second, "5栋漏水")
    desk.telegram.until(lambda: desk.heard(wang)[1].text == "5栋漏水")
    rasa.mend()
    desk.telegram.until(lambda: any("5栋漏水" in text for text in wang.texts()))
    assert not any("3栋" in text for text in rasa.texts())
    versions = desk.reads(lambda session: session.scalars(select(MessageVersion.text)).all())
    assert versions == ["3栋漏水"]


def test_an_edit_after_the_answer_is_kept_and_she_is_told_that_it_came_late(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    first = wang.says("3栋漏水")
    desk.telegram.until(wang.texts)
    wang.edits(first, "5栋漏水")
    desk.telegram.until(lambda: says(wang, "utter_telegram_edit_late"))
    assert rasa.texts() == ["3栋漏水"]
    assert desk.heard(wang)[0].text == "5栋漏水"


# --- blocked, groups, people -----------------------------------------------------------------------------


def test_blocked_and_let_in_again(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    wang.blocks()

    def blocked() -> bool:
        wanted = select(TelegramChat.blocked_at).where(TelegramChat.chat_id == wang.id)
        return desk.reads(lambda session: session.scalar(wanted)) is not None

    desk.telegram.until(blocked)
    assert "telegram_blocked" in desk.reads(lambda session: session.scalars(select(Notice.kind)).all())
    wang.unblocks()
    desk.telegram.until(lambda: not blocked())
    wang.says("我回来了")
    desk.telegram.until(lambda: len(wang.texts()) == 2)


def test_a_group_gets_a_short_word_a_day_and_no_service(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa
) -> None:
    group = TelegramGroup(desk.telegram, "3栋业主群")
    group.adds_bot(wang)
    group.hears(wang, "电梯坏了")
    group.hears(wang, "有人吗")
    wang.says("在吗")
    desk.telegram.until(lambda: wang.texts() and group.texts())
    assert len(group.texts()) == 1
    assert rasa.texts() == ["在吗"]


def test_a_person_takes_over_and_the_bot_is_silent(
    desk: TelegramDesk, wang: TelegramPerson, rasa: FakeRasa, clock: HandClock
) -> None:
    wang.says("在吗")
    desk.telegram.until(wang.texts)
    number = desk.conversation(wang).id

    def over(session: Session) -> None:
        agent = Agent(login="xiaoli", name="小李", password_hash="-", created_at=clock())
        session.add(agent)
        session.flush()
        take_over(session, number, agent_id=agent.id, now=clock())
        answer(session, number, agent_id=agent.id, text="我是小李", client_id="1", now=clock())

    desk.writes(over)
    desk.telegram.until(lambda: "我是小李" in wang.texts())
    wang.says("好的")
    wang.sends_sticker("👍")
    wang.sends_voice(b"OggS")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 4)
    assert rasa.texts() == ["在吗"]
    assert wang.texts()[-1] == "我是小李"


@pytest.mark.parametrize("start", ["postgres_url"], indirect=True)
def test_all_of_it_on_postgresql(desk: TelegramDesk, wang: TelegramPerson) -> None:
    wang.starts()
    desk.telegram.until(wang.texts)
    wang.presses("查进度")
    wang.edits(wang.says("3栋漏水"), "5栋漏水")
    wang.sends_album([picture("red"), picture("green")], caption="漏水")
    desk.telegram.until(lambda: len(desk.heard(wang)) == 4)
    assert [len(message.attachments) for message in desk.heard(wang)] == [0, 0, 0, 2]
    assert "5栋漏水" in desk.heard(wang)[2].text
