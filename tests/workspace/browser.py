"""What a person's browser does with the workspace: keeps cookies, sends the page's token, follows links."""

import re
from typing import cast

from httpx import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

FRAGMENT = {"HX-Request": "true"}


class Browser:
    """One browser; `post` sends the token of the session it is signed in with."""

    def __init__(self, app: ASGIApp, base: str = "http://desk.test") -> None:
        self.client = TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)
        self.csrf = ""

    def sign_in(self, login: str, password: str) -> "Browser":
        """Through the real form. Fails unless it worked."""
        answer = self.try_sign_in(login, password)
        assert answer.status_code == 303, answer.text
        self.read_token()
        return self

    def try_sign_in(self, login: str, password: str, *, back: str = "") -> Response:
        """Fill in the form and send it."""
        form = re.search(r'name="form" value="([^"]+)"', self.get("/desk/sign-in").text)
        assert form
        fields = {"form": form[1], "login": login, "password": password, "next": back}
        return cast(Response, self.client.post("/desk/sign-in", data=fields))

    def read_token(self) -> None:
        """Take the CSRF token of any page that a signed-in person may see."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/desk/password").text)
        assert found
        self.csrf = found[1]

    def get(self, url: str, *, fragment: bool = False) -> Response:
        return cast(Response, self.client.get(url, headers=FRAGMENT if fragment else {}))

    def post(self, url: str, *, fragment: bool = False, **fields: str) -> Response:
        """Send a form; `fragment` as the page's script does it."""
        headers = {**FRAGMENT, "X-CSRF-Token": self.csrf} if fragment else {}
        data = fields if fragment else {"csrf": self.csrf, **fields}
        return cast(Response, self.client.post(url, data=data, headers=headers))

    def close(self) -> None:
        self.client.close()
