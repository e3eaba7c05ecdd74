"""Passwords as argon2 hashes. Slow on purpose, so they are compared while no transaction is open."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 8

# OWASP's smallest recommended cost, some 20 ms: an estate's desk is a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    """What is stored of a password. Takes its time."""
    return _hasher.hash(_bytes(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is that password. Takes its time, the same for a login nobody has (None: never right)."""
    try:
        right = _hasher.verify(password_hash or _NOBODYS_HASH, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made at another cost than today's."""
    return _hasher.check_needs_rehash(password_hash)


def weakness(password: str, *, login: str) -> str | None:
    """Why a password is not good enough: "short", "login" (holds her login); None when it is."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    return "login" if login.lower() in password.lower() else None


def _bytes(password: str) -> bytes:
    # "surrogatepass": a broken character is a wrong password, not an error page.
    return password.encode("utf-8", "surrogatepass")
