"""What can go wrong for a person at the desk: a status and a key; the words are in `_faults.html`."""

from typing import Any


class Refusal(Exception):
    """A request that is answered with one error page (or toast): `key` names its words."""

    def __init__(self, status: int, key: str, **details: Any) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.details = details


class SignInNeeded(Refusal):
    """Nobody is signed in, or the session is over."""

    def __init__(self) -> None:
        super().__init__(401, "signed_out")


class MustChangePassword(Refusal):
    """The first password is for one sign-in only."""

    def __init__(self) -> None:
        super().__init__(403, "must_change_password")


class SecondFactorNeeded(Refusal):
    """The browser has not shown its second factor, or none was made yet though one is required."""

    def __init__(self) -> None:
        super().__init__(403, "second_factor")


def not_there() -> Refusal:
    """What does not exist and what is not hers look alike."""
    return Refusal(404, "not_there")
