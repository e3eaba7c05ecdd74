"""Secrets that must be readable again, sealed with a key that is not in the database.

Who has a copy of the database alone (a dump, a stolen disk of the database server) cannot make anybody's
codes. The key lies in the data folder's `secrets.json`, which a backup holds beside the store.

A sealed value is a fresh salt, the secret masked with HMAC-SHA256(key, purpose, owner, salt), and a tag over
both: a stream cipher of one block and encrypt-then-MAC, enough for values of up to 32 random bytes. A
cryptography package would be another compiled dependency of the desk for these few lines.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

MARK = "s1:"
SALT, TAG, LONGEST = 16, 8, 32


class SealBroken(Exception):
    """It was sealed with another key, for somebody else, or changed since."""


@dataclass(frozen=True)
class Seal:
    """Closes and opens; `owner` is whose secret it is: a row copied to somebody else does not open."""

    key: str = field(repr=False)

    def close(self, secret: bytes, *, owner: str) -> str:
        """Seal up to 32 bytes."""
        if len(secret) > LONGEST:
            raise ValueError(f"no more than {LONGEST} bytes are sealed")
        salt = secrets.token_bytes(SALT)
        masked = _mask(secret, self._derive("mask", owner, salt))
        tag = self._derive("tag", owner, salt + masked)[:TAG]
        return MARK + base64.urlsafe_b64encode(salt + masked + tag).decode().rstrip("=")

    def open(self, sealed: str, *, owner: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        if not is_sealed(sealed):
            raise SealBroken
        text = sealed.removeprefix(MARK)
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        salt, masked, tag = whole[:SALT], whole[SALT:-TAG], whole[-TAG:]
        if not hmac.compare_digest(self._derive("tag", owner, salt + masked)[:TAG], tag):
            raise SealBroken
        return _mask(masked, self._derive("mask", owner, salt))

    def _derive(self, purpose: str, owner: str, salt: bytes) -> bytes:
        return hmac.digest(self.key.encode(), f"{purpose} {owner} ".encode() + salt, hashlib.sha256)


def is_sealed(value: str) -> bool:
    """Was it written by `Seal.close`?"""
    return value.startswith(MARK)


def _mask(value: bytes, pad: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(value, pad, strict=False))
