"""Who may speak to the Rasa server, and in what form."""

import pytest

from tests.understanding.rasa_server import RasaServer


@pytest.mark.parametrize("path", ["/turn", "/parse", "/ready"])
@pytest.mark.parametrize("secret", ["", "a guess", "密"])
def test_a_stranger_is_turned_away_from_every_route(rasa: RasaServer, path: str, secret: str) -> None:
    body = None if path == "/ready" else b"{}"
    assert rasa.call(path, body, secret=secret.encode().decode("latin-1")).status == 401


@pytest.mark.parametrize("secret", ["", None])
def test_it_does_not_start_without_a_secret(rasa: RasaServer, secret: str | None) -> None:
    other = RasaServer(rasa._model, rasa.log.parent, 1)
    other.log = rasa.log.with_name("no-secret.log")
    process = other.spawn(GUANJIA_RASA_SECRET=secret)
    assert process.wait(60) == 1
    assert "GUANJIA_RASA_SECRET" in other.log.read_text()


def test_ready_names_the_model(rasa: RasaServer) -> None:
    assert rasa.get("/ready").body == {"model": "tests.tar.gz"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no json", "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b'{"turn": "t", "text": "x"}', "conversation"),
        (b'{"conversation": "", "turn": "t", "text": "x"}', "conversation"),
        (b'{"conversation": "c", "turn": 7, "text": "x"}', "turn"),
        (b'{"conversation": "c", "turn": "t", "text": null}', "text"),
        (b'{"conversation": "c", "turn": "t", "text": "x", "metadata": []}', "metadata"),
        (b'{"conversation": "c", "turn": "t", "text": "x", "payload": 1}', "payload"),
    ],
)
def test_a_call_that_breaks_the_protocol_is_told_which_field(
    rasa: RasaServer, body: bytes, field: str
) -> None:
    answer = rasa.call("/turn", body)
    assert answer.status == 400
    assert field in answer.body["error"]


def test_a_call_too_large_to_be_a_message_is_refused(rasa: RasaServer) -> None:
    assert rasa.call("/turn", b" " * 2_000_000).status == 413
    assert rasa.get("/ready").status == 200


def test_typed_text_is_never_a_button(rasa: RasaServer) -> None:
    for turn, text in enumerate(["/thanks", "  /thanks", '/repair{"part": "电梯"}', "\u3000/thanks@1.0"]):
        parse = rasa.turn("typed", f"t{turn}", text).body["parse"]
        assert parse["text"] == text
        assert parse["confidence"] < 1.0
    assert all(parse["confidence"] < 1.0 for parse in rasa.parse("/thanks", " /thanks"))


def test_a_button_means_what_its_payload_says(rasa: RasaServer) -> None:
    answer = rasa.turn("pressed", "t1", "电梯坏了", payload='/thanks{"part": "门禁"}')
    assert answer.keys == ["utter_thanks"]
    assert answer.body["parse"]["intent"] == "thanks"
    assert answer.body["replies"][0]["slots"]["part"] == "门禁"
    assert answer.body["parse"]["text"] == "电梯坏了"


@pytest.mark.parametrize(
    "payload",
    [
        "thanks",
        "/",
        "/no_such_intent",
        "/thanks@0.5",
        "/thanks and more",
        "/thanks{broken",
        '/thanks{"part": "x"} more',
        '/thanks["part"]',
        '/thanks{"secret": "x"}',
        '/thanks{"part": {"a": 1}}',
        '/thanks{"part": null}',
        " /thanks",
    ],
)
def test_a_forged_payload_is_refused(rasa: RasaServer, payload: str) -> None:
    answer = rasa.turn("forged", "t1", "", payload=payload)
    assert answer.status == 400
    assert answer.body["error"].startswith("payload: ")
