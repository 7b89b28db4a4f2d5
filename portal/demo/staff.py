"""The demonstration's staff: heads of units, an administrator and a reviewer, ready to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyotp import TOTP

from portal import services
from portal.domain.access import Role
from portal.services import Portal
from portal.services.admit import accounts, own, second_factor, sessions
from portal.services.admit.passwords import make_password

ACTOR: Final = "demo"
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may sign in; each recovery code stands for the second factor once."""

    username: str
    password: str
    recovery_codes: tuple[str, ...] = ()


def add_heads(portal: Portal, units: list[tuple[str, str]]) -> list[Member]:
    """Give each unit, by code and name, a head with an account."""
    return [_add(portal, f"kepala.{code}", f"Kepala {name} (contoh)", Role.UNIT_HEAD, code) for code, name in units]


def add_oversight(portal: Portal) -> list[Member]:
    """Add the administrator and the reviewer, whose second factor is enrolled already."""
    asked = (
        ("pengelola", "Pengelola (contoh)", Role.ADMINISTRATOR),
        ("pemeriksa", "Pemeriksa (contoh)", Role.REVIEWER),
    )
    return [_enrol(portal, _add(portal, *one)) for one in asked]


def _add(portal: Portal, username: str, name: str, role: Role, unit_code: str | None = None) -> Member:
    password = make_password()
    services.run(
        portal,
        accounts.create_account,
        username=username,
        name=name,
        role=role,
        unit_code=unit_code,
        password=password,
        actor=ACTOR,
    )
    return Member(username, password)


def _enrol(portal: Portal, member: Member) -> Member:
    """Enrol a second factor as its owner would; whoever tries the demonstration uses a recovery code instead."""
    token = services.run(portal, sessions.sign_in, member.username, member.password)
    secret = second_factor.offer(portal, token, member.username).secret
    renewed, codes = services.run(portal, own.enrol, token, TOTP(secret).at(portal.now()))
    services.run(portal, sessions.sign_out, renewed)
    return Member(member.username, member.password, tuple(codes[:_SHOWN]))
