"""小李 sends a picture while the disk is full: she is told, her words stay with her, nothing goes out."""

import io
from dataclasses import replace

from PIL import Image
from sqlalchemy import select
from starlette.applications import Starlette

from bot.desk.talk.conversations import take_over
from bot.messaging.attachments import AttachmentStore
from bot.store.engine import Store
from bot.store.states import Sender
from bot.store.tables import Message
from bot.workspace.parts import Parts
from bot.workspace.routes import routes
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import HandClock
from tests.support.full_disk import no_room
from tests.workspace.browser import FRAGMENT, Browser


def test_a_picture_on_a_full_disk(parts: Parts, store: Store, cast: Cast, clock: HandClock) -> None:
    hers = cast.wang.conversation_id
    with store.write() as session:
        take_over(session, hers, agent_id=cast.li.agent_id, now=clock())
    kept = AttachmentStore(parts.attachment_path("0" * 64).parents[1])
    app = Starlette(routes=routes(replace(parts, keep_picture=kept.keep_picture)))
    li = Browser(app).sign_in(cast.li.login, PASSWORD)
    noise = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(noise, "PNG")

    def sends() -> tuple[int, str]:
        answer = li.client.post(
            f"/desk/chats/{hers}/answer",
            data={"client_id": "1", "text": "就是这里"},
            files={"picture": ("a.png", noise.getvalue(), "image/png")},
            headers={**FRAGMENT, "X-CSRF-Token": li.csrf},
        )
        return answer.status_code, answer.text

    with no_room(beyond=len(noise.getvalue()) // 2):
        status, text = sends()
    assert status == 503
    assert "系统暂时无法保存" in text
    written = select(Message.text).where(Message.sender == Sender.AGENT)
    with store.read() as session:
        assert session.scalars(written).all() == []
    assert sends()[0] == 204
    with store.read() as session:
        assert session.scalars(written).all() == ["就是这里"]
    li.close()
