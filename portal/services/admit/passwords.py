"""Passwords: made, hashed and compared, always outside a transaction, as one hash outlasts many ratings."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from portal.domain import access
from portal.domain import code as codes
from portal.services import Portal

_GROUPS = 4
_GROUP_LENGTH = 5


def _hasher(portal: Portal) -> PasswordHasher:
    cost = portal.hashing
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)


def make_password() -> str:
    """Return a random password of 100 bits: four groups of five characters that cannot be mistaken for each other."""
    return "-".join(codes.encode(secrets.randbits(5 * _GROUP_LENGTH), _GROUP_LENGTH) for _ in range(_GROUPS))


def hash_password(portal: Portal, password: str) -> str:
    """Return what is stored of a password: argon2id with its salt and cost."""
    return _hasher(portal).hash(access.normal_password(password))


def matches(portal: Portal, password_hash: str | None, password: str) -> bool:
    """Tell whether the password is right; without a hash to compare it costs as much time and is wrong."""
    if password_hash is None:
        hash_password(portal, password)
        return False
    try:
        return _hasher(portal).verify(password_hash, access.normal_password(password))
    except VerifyMismatchError:
        return False


def renewed(portal: Portal, password_hash: str, password: str) -> str:
    """Return the hash of a right password at today's cost: the same one, unless the cost has changed since."""
    return hash_password(portal, password) if _hasher(portal).check_needs_rehash(password_hash) else password_hash
