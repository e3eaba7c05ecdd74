"""Secrets that must be readable again, sealed with a key that is not in the database.

Who has a copy of the database alone (a dump, a stolen disk of the database server) cannot make anybody's
codes. The key lies in the data folder's `secrets.json`, which a backup holds beside the store.
"""

import base64
import hashlib
import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK: Final = "s1:"
NONCE: Final = 12
"""Bytes, as AES-GCM wants them."""


class SealBroken(Exception):
    """It was sealed with another key, for somebody else, or changed since."""


@dataclass(frozen=True)
class Seal:
    """Closes and opens; `owner` is whose secret it is: a row copied to somebody else does not open."""

    key: str = field(repr=False)

    def close(self, secret: bytes, *, owner: str) -> str:
        """Seal it (AES-256-GCM): other words each time."""
        nonce = os.urandom(NONCE)
        return (
            MARK
            + base64.urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, secret, owner.encode())).decode()
        )

    def open(self, sealed: str, *, owner: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        if not is_sealed(sealed):
            raise SealBroken
        whole = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
        try:
            return self._cipher().decrypt(whole[:NONCE], whole[NONCE:], owner.encode())
        except InvalidTag:
            raise SealBroken from None

    def _cipher(self) -> AESGCM:
        return AESGCM(hashlib.sha256(self.key.encode()).digest())


def is_sealed(value: str) -> bool:
    """Was it written by `Seal.close`?"""
    return value.startswith(MARK)
