"""One shape for every refusal, on every route: {"error": {"code", "message", "mend"}}, and nothing else.

The walk takes the routes from the application itself: a new one is walked without a word here.
"""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from starlette.routing import Mount, Route

from bot.messaging.channels.webchat import faults, routes
from tests.support.desk_server import DeskServer
from tests.support.visitor import Visitor

OPENAPI = json.loads((Path(routes.__file__).parent / "openapi.json").read_text(encoding="utf-8"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What a page is told does not depend on the kind of database."""
    return sqlite_url


def table(server: DeskServer) -> list[tuple[str, set[str]]]:
    """Path and methods of each route of the web chat."""
    mount = next(route for route in server.app.routes if isinstance(route, Mount) and route.path == "")
    app: Any = mount.app
    return [(route.path, set(route.methods or ())) for route in app.routes if isinstance(route, Route)]


def api(server: DeskServer) -> list[tuple[str, set[str]]]:
    return [(path, methods) for path, methods in table(server) if path.startswith("/chat/api/")]


def filled(path: str) -> str:
    return re.sub(r"\{\w+(:\w+)?\}", "1", path)


def assert_shape(answer: httpx.Response, *, status: int | None = None) -> str:
    """Check the one shape; returns the code."""
    assert status is None or answer.status_code == status, answer.text
    assert answer.status_code >= 400
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "mend"}
    assert CHINESE.search(body["error"]["message"])
    assert CHINESE.search(body["error"]["mend"])
    assert "{" not in body["error"]["message"] + body["error"]["mend"]
    code: str = body["error"]["code"]
    return code


def test_without_a_session(server: DeskServer) -> None:
    for path, methods in api(server):
        if path == "/chat/api/session":
            continue
        for method in methods - {"HEAD"}:
            answer = httpx.request(method, server.url + filled(path), trust_env=False)
            assert assert_shape(answer, status=401) == "session_missing", (method, path)


def test_with_a_forged_session(server: DeskServer) -> None:
    for path, methods in api(server):
        for method in methods - {"HEAD"}:
            answer = httpx.request(
                method,
                server.url + filled(path),
                json={} if method == "POST" else None,
                headers={"Authorization": "Bearer forged"},
                trust_env=False,
            )
            assert assert_shape(answer, status=401) == "session_unknown", (method, path)


def test_from_a_foreign_page(server: DeskServer) -> None:
    for path, methods in api(server):
        if "POST" not in methods:
            continue
        answer = httpx.post(
            server.url + filled(path), json={}, headers={"Origin": "https://evil.example"}, trust_env=False
        )
        assert assert_shape(answer, status=403) == "foreign_origin", path


def test_with_a_method_nobody_offers(server: DeskServer) -> None:
    for path, _ in table(server):
        answer = httpx.request("DELETE", server.url + filled(path), trust_env=False)
        assert assert_shape(answer, status=405) == "method_not_allowed", path


@pytest.mark.parametrize(
    "path", ["/chat/api/nothing", "/chat/static/nothing.js", "/nothing", "/chat/api/attachments/x"]
)
def test_where_nothing_is(server: DeskServer, path: str) -> None:
    assert assert_shape(httpx.get(server.url + path, trust_env=False), status=404) == "not_found"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"no json", "application/json", "bad_json"),
        (b"[1]", "application/json", "bad_json"),
        (b"\xff\xfe", "application/json", "bad_json"),
        (b"[" * 100_000, "application/json", "bad_json"),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "application/json", "body_too_large"),
        (b"text=x", "application/x-www-form-urlencoded", "unsupported_type"),
    ],
)
def test_with_a_body_nobody_can_read(visitor: Visitor, body: bytes, kind: str, code: str) -> None:
    for path in ("/chat/api/session", "/chat/api/messages", "/chat/api/typing", "/chat/api/read"):
        answer = visitor.http.post(path, content=body, headers={"Content-Type": kind})
        assert assert_shape(answer) == code, path


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "client-0001"},
        {"client_id": "short", "text": "您好"},
        {"client_id": "with space", "text": "您好"},
        {"client_id": 12345678, "text": "您好"},
        {"client_id": "client-0001", "text": 7},
        {"client_id": "client-0001", "text": ["您好"]},
        {"client_id": "client-0001", "button": {"payload": "/affirm"}},
        {"client_id": "client-0001", "button": "/affirm"},
    ],
)
def test_with_fields_that_do_not_fit(visitor: Visitor, body: dict[str, object]) -> None:
    assert assert_shape(visitor.http.post("/chat/api/messages", json=body), status=422)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "９", "1" * 30])
def test_with_a_cursor_that_is_no_number(visitor: Visitor, after: str) -> None:
    for path in ("/chat/api/messages", "/chat/api/turns"):
        answer = visitor.http.get(path, params={"after": after})
        assert assert_shape(answer) in ("bad_request", "operator_only")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"no boundary", "multipart/form-data"),
        (b"--b\r\nrubbish", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data; boundary=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="client_id"\r\n\r\nclient-0001\r\n'
            b'--b\r\nContent-Disposition: form-data; name="photo"\r\n\r\nno file\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_with_a_broken_form(visitor: Visitor, content: bytes, kind: str) -> None:
    answer = visitor.http.post("/chat/api/messages", content=content, headers={"Content-Type": kind})
    assert assert_shape(answer)


def test_every_code_has_its_words_and_every_word_its_code() -> None:
    words = json.loads((Path(faults.__file__).with_name("words.json")).read_text(encoding="utf-8"))["errors"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(faults.__file__).parent.glob("*.py"))
    named = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', source))
    assert set(words) <= named | {"internal"}
    assert set(re.findall(r'ChatFault\(\s*"(\w+)"', source)) <= set(words)


def test_the_interface_is_described_whole(server: DeskServer) -> None:
    validate(OPENAPI)
    described = {(path, method.upper()) for path, ways in OPENAPI["paths"].items() for method in ways}
    served = {
        (re.sub(r":\w+\}", "}", path), method)
        for path, methods in table(server)
        for method in methods - {"HEAD"}
    }
    assert described == served
    assert httpx.get(f"{server.url}/chat/openapi.json", trust_env=False).json() == OPENAPI


def test_answers_have_the_fields_that_are_described(wang: Visitor) -> None:
    message = wang.says("您好")
    schemas = OPENAPI["components"]["schemas"]
    assert set(message) == set(schemas["Message"]["properties"])
    page = wang.http.get("/chat/api/messages").json()
    assert set(page) == set(schemas["MessagePage"]["properties"])
    lines = wang.until_idle()
    assert set(lines) == set(schemas["Turns"]["properties"])
    assert set(lines["turns"][0]) == set(schemas["TurnLine"]["properties"])
    assert set(wang.session) == {"token", *schemas["Session"]["properties"]}


def test_every_answer_keeps_foreign_scripts_out(server: DeskServer) -> None:
    for path in ("/", "/chat/static/chat.js", "/chat/api/messages", "/nothing"):
        answer = httpx.get(server.url + path, trust_env=False)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_page_has_no_inline_script_or_style(server: DeskServer) -> None:
    html = httpx.get(server.url, trust_env=False).text
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all('type="application/json"' in one or "src=" in one for one in scripts)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
