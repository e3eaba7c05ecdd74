"""A takeover that loses nothing: summary, notes, drafts, needs, pictures, cases, giving on."""

import io
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import select
from starlette.applications import Starlette

from bot.desk.casework.cases import urge_case
from bot.desk.talk import conversations
from bot.desk.talk.transcript import NewAttachment, record_inbound, record_outbound
from bot.messaging.attachments import AttachmentStore, NotAPicture
from bot.store import actors
from bot.store.engine import Store
from bot.store.reading_tables import CorrectedReading
from bot.store.states import CaseStatus, Lane, Mode, Sender
from bot.store.tables import Attachment, AuditRow, Case, Conversation, Message, Resident
from bot.workspace.parts import Parts, PictureRefused
from bot.workspace.routes import routes
from tests.support.casework import case_of, open_lift_case
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.workspace.browser import FRAGMENT, Browser


@pytest.fixture
def url(store: Store, cast: Cast, clock: HandClock) -> str:
    """王阿姨 wrote three times, more and more upset, and waits."""
    with store.write() as session:
        open_lift_case(session, cast.wang, clock())
        for number, (text, upset) in enumerate(
            (("电梯停了", 0), ("还没来人？", 1), ("第三次了！投诉你们", 2))
        ):
            clock.turn(minutes=1)
            message = record_inbound(
                session,
                conversation_id=cast.wang.conversation_id,
                channel_id=f"w{number}",
                text=text,
                now=clock(),
            ).message
            message.upset = upset
            message.parse = {"intent": "repair", "matters": [{"intent": "repair", "category": "lift"}]}
            if not number:
                record_outbound(
                    session,
                    conversation_id=cast.wang.conversation_id,
                    sender=Sender.BOT,
                    text="已经登记。方便留个电话吗？",
                    lane=Lane.BOT,
                    epoch=0,
                    now=clock(),
                )
        conversations.request_person(
            session, cast.wang.conversation_id, reason="angry", by=actors.BOT, now=clock()
        )
    return f"/desk/chats/{cast.wang.conversation_id}"


def test_the_summary_says_what_since_when_how_upset_and_what_was_promised(
    li: Browser, url: str, clock: HandClock
) -> None:
    clock.turn(hours=1)  # the visit promised in 45 minutes is over
    shown = li.get(f"{url}/summary", fragment=True).text
    for part in (
        "维修 · 电梯",
        "电梯停了",
        "第三次了！投诉你们",
        "情绪激动",
        "越来越着急",
        "BX2026-0001",
        "已超时",
    ):
        assert part in shown, part
    assert "方便留个电话吗" in shown
    assert "先致歉，再给一个能做到的新时间" in shown
    assert "先回应感受" in shown


def test_a_calm_newcomer_has_a_summary_without_alarm(li: Browser, cast: Cast) -> None:
    shown = li.get(f"/desk/chats/{cast.stranger.conversation_id}/summary", fragment=True).text
    assert "接手摘要" in shown
    for part in ("情绪激动", "已超时", "第三次"):
        assert part not in shown


def test_a_private_note_is_for_colleagues_and_names_one(
    li: Browser, chen: Browser, url: str, store: Store, cast: Cast
) -> None:
    assert li.post(f"{url}/note", fragment=True, text="@陈姐 麻烦看一下赔付").status_code == 204
    assert "@陈姐 麻烦看一下赔付" in chen.get(url).text
    assert "有同事在内部备注里提到您" in chen.get("/desk/notices").text
    assert "有同事在内部备注里提到您" not in li.get("/desk/notices").text
    with store.read() as session:  # nothing of it is a message
        assert not session.scalars(select(Message.id).where(Message.text.contains("赔付"))).all()
    fresh = li.get(f"{url}/messages?after=999999&event=999999&note=0", fragment=True).text
    assert "麻烦看一下赔付" in fresh
    assert "麻烦" not in li.get(f"{url}/messages?after=999999&event=999999&note=1", fragment=True).text


def test_a_draft_survives_the_browser_and_ends_with_the_answer(li: Browser, url: str) -> None:
    assert li.post(f"{url}/draft", fragment=True, text="王女士您好，师傅").status_code == 204
    assert 'data-kept="王女士您好，师傅"' in li.get(url).text
    li.post(f"{url}/answer", fragment=True, text="王女士您好，师傅马上到", client_id="1")
    assert 'data-kept=""' in li.get(url).text


def test_needs_are_remembered_shown_and_taken_away(li: Browser, chen: Browser, url: str) -> None:
    assert li.post(f"{url}/traits", kind="need", text="独居老人").status_code == 303
    assert chen.get(f"{url}/summary", fragment=True).text.count("独居老人") >= 2
    assert "独居老人" in chen.get("/desk/cases/BX2026-0001").text  # whoever goes there minds it
    assert "请照顾到" in chen.get(f"{url}/summary", fragment=True).text
    assert chen.post(f"{url}/traits/remove", trait="1").status_code == 303
    assert "独居老人" not in li.get(f"{url}/summary", fragment=True).text
    assert li.post(f"{url}/traits", kind="secret", text="x").status_code == 422


def test_an_agent_sends_a_picture(parts: Parts, url: str, store: Store, cast: Cast, tmp_path: object) -> None:
    kept = AttachmentStore(parts.attachment_path("0" * 64).parents[1])

    def keep(upload: object) -> NewAttachment:
        try:
            picture = kept.keep_picture(upload)  # type: ignore[arg-type]
        except NotAPicture:
            raise PictureRefused("not_a_picture") from None
        return NewAttachment(picture.media_type, picture.size, picture.sha256)

    li = Browser(Starlette(routes=routes(replace(parts, keep_picture=keep)))).sign_in(cast.li.login, PASSWORD)
    png = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(png, "PNG")
    for data, status in ((png.getvalue(), 204), (b"no picture", 422)):
        answer = li.client.post(
            f"{url}/answer",
            data={"client_id": str(status), "text": ""},
            files={"picture": ("a.png", data, "image/png")},
            headers={**FRAGMENT, "X-CSRF-Token": li.csrf},
        )
        assert answer.status_code == status
    with store.read() as session:
        assert session.scalars(select(Attachment.media_type)).all() == ["image/png"]
    assert li.get("/desk/attachments/1").headers["content-type"] == "image/png"
    li.close()


def test_a_case_is_opened_put_right_and_merged_beside_the_chat(
    li: Browser, url: str, store: Store, cast: Cast
) -> None:
    opened = li.post(
        f"{url}/cases",
        what="complaint:slow",
        summary="一直没人来",
        place="3栋2单元",
        urgency="urgent",
        tell="1",
    )
    assert opened.status_code == 303
    assert li.post(f"{url}/cases", what="complaint:nonsense", summary="x").status_code == 422
    assert li.post(f"{url}/cases", what="emergency:fire", summary="x").status_code == 422
    changed = li.post(
        f"{url}/cases/change",
        number="BX2026-0001",
        category="door",
        urgency="normal",
        place="单元门",
        summary="门也坏了",
    )
    assert changed.status_code == 303
    assert (
        li.post(f"{url}/cases/merge", number="TS2026-0001", into="BX2026-0001", tell="1").status_code == 303
    )
    with store.read() as session:
        lift = session.scalars(select(Case).where(Case.number == "BX2026-0001")).one()
        slow = session.scalars(select(Case).where(Case.number == "TS2026-0001")).one()
        assert (lift.category, lift.place, lift.summary) == ("door", "单元门", "门也坏了")
        assert (slow.status, slow.details["merged_into"]) == (CaseStatus.WITHDRAWN, "BX2026-0001")
        told = session.scalars(select(Message.text).where(Message.sender == Sender.SYSTEM)).all()
        assert ["已经登记" if "登记" in text else "合并" for text in told] == ["已经登记", "合并"]
    assert "已并入 BX2026-0001" in li.get(url).text
    assert li.post(f"{url}/cases/unmerge", number="TS2026-0001").status_code == 303
    with store.write() as session:
        slow = session.scalars(select(Case).where(Case.number == "TS2026-0001")).one()
        assert slow.status is CaseStatus.REOPENED
        assert urge_case(session, slow, by=actors.BOT, now=slow.created_at).next_due is not None


def test_cases_of_others_are_not_touched_from_here(
    li: Browser, url: str, store: Store, cast: Cast, clock: HandClock
) -> None:
    with store.write() as session:
        zhous = case_of(session, open_lift_case(session, cast.zhou, clock()))
        number = zhous.number
    assert li.post(f"{url}/cases/merge", number=number, into="BX2026-0001").status_code == 422
    changed = li.post(f"{url}/cases/change", number=number, category="door", summary="x")
    assert changed.status_code == 422


def test_a_chat_is_given_to_a_colleague_with_a_note(li: Browser, chen: Browser, url: str, cast: Cast) -> None:
    li.post(f"{url}/take-over")
    assert li.post(f"{url}/transfer", to=str(cast.chen.agent_id), note="业主要求赔付").status_code == 303
    shown = chen.get(url).text
    assert "业主要求赔付" in shown
    assert "您正在接待" in shown
    assert "有会话转交给您" in chen.get("/desk/notices").text


def test_a_chat_is_given_to_a_department_and_she_is_told(
    li: Browser, url: str, store: Store, cast: Cast
) -> None:
    li.post(f"{url}/take-over")
    assert li.post(f"{url}/transfer", to="dep:nobody").status_code == 422
    assert li.post(f"{url}/transfer", to="dep:finance", note="查一下账").status_code == 303
    with store.read() as session:
        chat = session.get_one(Conversation, cast.wang.conversation_id)
        assert (chat.mode, chat.reason, chat.facts["for_department"]) == (
            Mode.WAITING,
            "department",
            "finance",
        )
        last = session.scalars(select(Message.text).order_by(Message.id.desc()).limit(1)).one()
        assert "请财务收费部的同事接着为您办" in last
    li.post(f"{url}/take-over")
    with store.read() as session:
        assert "for_department" not in session.get_one(Conversation, cast.wang.conversation_id).facts


def test_how_she_is_addressed_is_filled_in(li: Browser, url: str, store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.get_one(Resident, cast.wang.resident_id).honorific = "madam"
        session.get_one(Resident, cast.wang.resident_id).name = "王芳"
    page = li.get(url).text
    assert "王女士您好，我是锦绣花园的小李" in page
    assert "工单号BX2026-0001" in page


def test_what_a_message_meant_is_put_right(li: Browser, url: str, store: Store, cast: Cast) -> None:
    assert "理解为：维修 · 电梯" in li.get(url).text
    with store.read() as session:
        message = session.scalars(select(Message.id).where(Message.text == "还没来人？")).one()
    assert li.post(f"{url}/reading", fragment=True, message=str(message), what="urge:").status_code == 204
    assert li.post(f"{url}/reading", fragment=True, message=str(message), what="x:y").status_code == 422
    assert li.post(f"{url}/reading", fragment=True, message="99999", what="urge:").status_code == 404
    with store.read() as session:
        corrected = session.scalars(select(CorrectedReading)).one()
        assert (corrected.intent, corrected.corrected_by) == ("urge", cast.li.by)


def test_who_looked_at_a_chat_and_a_case_is_written_down(
    li: Browser, url: str, store: Store, cast: Cast
) -> None:
    li.get(url)
    li.get("/desk/cases/BX2026-0001")
    li.get("/desk/archive?words=电梯")
    li.get("/desk/chats/999999")
    with store.read() as session:
        looks = session.execute(
            select(AuditRow.what, AuditRow.subject).where(AuditRow.by == cast.li.by)
        ).all()
    chat = f"conversation:{cast.wang.conversation_id}"
    assert {("read_chat", chat), ("read_case", "case:1"), ("search_archive", "archive")} <= {
        tuple(one) for one in looks
    }
    assert not [one for one in looks if "999999" in one.subject]
