"""The wire to the Rasa server: the same tests over the fake and over the real one."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from bot.messaging.rasa_client import RasaAway, RasaClient, RasaRefused, TurnCall
from tests.doubles.rasa.fake import FakeRasa
from tests.doubles.rasa.real import RealRasa

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeRasa]:
    server = FakeRasa().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRasa]:
    server = RealRasa(tmp_path_factory.mktemp("rasa"))
    server.train()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["fake", "real"])
def server(request: pytest.FixtureRequest) -> FakeRasa | RealRasa:
    """Both kinds in turn."""
    found: FakeRasa | RealRasa = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
async def client(server: FakeRasa | RealRasa) -> AsyncIterator[RasaClient]:
    async with RasaClient(server.url, server.secret, patience=30) as opened:
        yield opened


def call(turn: str, text: str = "谢谢", *, conversation: str = "", payload: str | None = None) -> TurnCall:
    """A turn of a conversation of its own, unless told."""
    facts = {"turn": turn, "conversation_id": 1, "attachments": 0, "mode": "bot"}
    return TurnCall(conversation or f"c-{turn}", turn, text, payload, facts)


async def test_ready_names_the_model(client: RasaClient) -> None:
    assert await client.ready()


async def test_a_turn_is_answered_with_keys_and_a_parse(client: RasaClient) -> None:
    answer = await client.turn(call("t1"))
    assert answer.turn == "t1"
    assert not answer.replayed
    assert all(reply.key.startswith("utter_") for reply in answer.replies)
    assert answer.replies
    assert answer.parse["text"] == "谢谢"
    assert {"intent", "confidence", "matters", "entities", "upset"} <= set(answer.parse)
    assert not answer.in_form


async def test_the_same_turn_again_is_the_same_answer(client: RasaClient) -> None:
    first = await client.turn(call("t2"))
    second = await client.turn(call("t2"))
    assert second.replayed
    assert (second.replies, second.parse, second.state) == (first.replies, first.parse, first.state)


async def test_another_turn_of_the_conversation_is_played(client: RasaClient) -> None:
    await client.turn(call("t3", conversation="c-shared"))
    assert not (await client.turn(call("t4", conversation="c-shared"))).replayed


async def test_each_text_has_its_parse(client: RasaClient) -> None:
    parses = await client.parse(["谢谢", "电梯坏了", ""])
    assert [parse["text"] for parse in parses] == ["谢谢", "电梯坏了", ""]
    assert all(parse["upset"] in (0, 1, 2) for parse in parses)
    assert await client.parse([]) == []


async def test_a_button_counts_as_its_payload(client: RasaClient) -> None:
    assert (await client.turn(call("t5", "就这样", payload="/thanks"))).replies


@pytest.mark.parametrize("text", ["", "👍👍", "谢谢谢谢\ud83d", "谢" * 20_000])
async def test_any_text_is_read(client: RasaClient, text: str) -> None:
    # What is said to it is the project's matter; the small model of the real server has no rule for it.
    answer = await client.turn(call(f"t-{len(text)}", text))
    assert len(answer.parse["text"]) == len(text)


async def test_a_wrong_secret_is_refused(server: FakeRasa | RealRasa) -> None:
    async with RasaClient(server.url, "a guess", patience=5) as stranger:
        with pytest.raises(RasaRefused):
            await stranger.turn(call("t6"))
        with pytest.raises(RasaRefused):
            await stranger.parse(["谢谢"])
        assert await stranger.ready() is None


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", b"{}", b'{"conversation": "c", "turn": "t", "metadata": []}']
)
def test_a_call_that_breaks_the_protocol_is_a_400(server: FakeRasa | RealRasa, body: bytes) -> None:
    answer = httpx.post(
        f"{server.url}/webhooks/desk/turn",
        content=body,
        headers={"Authorization": f"Bearer {server.secret}"},
        trust_env=False,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_nobody_there_is_away() -> None:
    async with RasaClient("http://127.0.0.1:9", "a secret", patience=5) as client:
        with pytest.raises(RasaAway):
            await client.turn(call("t7"))
        assert await client.ready() is None


@pytest.mark.parametrize("fault", ["unavailable", "killed_before", "killed_after", "garbled"])
async def test_no_fault_looks_like_an_answer(rasa: FakeRasa, fault: str) -> None:
    rasa.fail(fault)
    async with RasaClient(rasa.url, rasa.secret, patience=5) as client:
        with pytest.raises(RasaAway):
            await client.turn(call("t8"))


async def test_too_slow_is_away(rasa: FakeRasa) -> None:
    rasa.fail("slow")
    async with RasaClient(rasa.url, rasa.secret, patience=0.2) as client:
        with pytest.raises(RasaAway):
            await client.turn(call("t9"))
    rasa.mend()
