"""The second factor: a secret that the phone's app keeps, its codes, and the recovery codes for a lost phone."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import pyotp
from sqlalchemy.orm import Session

from portal.domain import access
from portal.domain import code as codes
from portal.services import Portal
from portal.services.admit import sealing
from portal.storage import second_factors
from portal.storage.staff import AccountRecord

ISSUER: Final = "Suara Loket"
_PURPOSE: Final = "second-factor"
_SECRET_BYTES: Final = 20  # RFC 4226, section 4: 160 bits
_GROUP: Final = 4


class Proof(StrEnum):
    """By what the second factor was given."""

    CODE = "code"
    RECOVERY_CODE = "recovery-code"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret to enrol: `secret` to type into the app, `address` for its camera."""

    secret: str
    address: str


def offer(portal: Portal, token: str, username: str) -> Offer:
    """Return the secret that this session may enrol: always the same one, kept nowhere before it is proven."""
    secret = _text(_candidate(portal, token))
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))


def _candidate(portal: Portal, token: str) -> bytes:
    return sealing.derive(portal, f"{_PURPOSE}-offer", token.encode(), length=_SECRET_BYTES)


def _text(secret: bytes) -> str:
    return base64.b32encode(secret).decode()


def prove_offer(portal: Portal, token: str, code: str) -> tuple[bytes, int] | None:
    """Return the secret that the session may enrol and the time step of the code, None where the code is wrong."""
    secret = _candidate(portal, token)
    step = _step_of(secret, code, portal.now())
    return None if step is None else (secret, step)


def seal(portal: Portal, account_id: int, secret: bytes) -> bytes:
    """Encrypt the secret for this account and no other."""
    return sealing.seal(portal, _PURPOSE, secret, bound_to=str(account_id).encode())


def prove(portal: Portal, session: Session, account: AccountRecord, code: str, at: datetime) -> Proof | None:
    """Take a code of the second factor or a recovery code, each once; None where it is neither, or was taken before.

    The account must be locked, or two could be let in by one code.
    """
    sealed = account.totp_sealed or b""
    secret = sealing.unseal(portal, _PURPOSE, sealed, bound_to=str(account.id).encode())
    step = _step_of(secret, code, at) if secret else None
    if step is not None and (account.totp_step is None or step > account.totp_step):
        second_factors.put_step(session, account.id, step)
        return Proof.CODE
    if second_factors.use_recovery_code(session, account.id, _digest(portal, account.id, code)):
        return Proof.RECOVERY_CODE
    return None


def _step_of(secret: bytes, code: str, at: datetime) -> int | None:
    """Return the time step of a right code, after comparing all that would be right, each in constant time."""
    typed, counter = access.normal_code(code), pyotp.HOTP(_text(secret))
    right = [step for step in access.steps_at(at) if hmac.compare_digest(counter.at(step), typed)]
    return right[0] if right else None


def make_recovery_codes(portal: Portal, account_id: int) -> tuple[list[str], list[bytes]]:
    """Return new recovery codes of 60 bits each, in groups for the eye, and what is stored of them."""
    bits = 5 * access.RECOVERY_LENGTH
    made = [codes.encode(secrets.randbits(bits), access.RECOVERY_LENGTH) for _ in range(access.RECOVERY_CODES)]
    shown = ["-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP)) for code in made]
    return shown, [_digest(portal, account_id, code) for code in made]


def _digest(portal: Portal, account_id: int, code: str) -> bytes:
    """Return what is stored of a recovery code: keyed, as 60 bits alone could be tried out by whoever has a copy."""
    key = sealing.derive(portal, f"{_PURPOSE}-recovery", str(account_id).encode())
    return hmac.digest(key, codes.normalise(code).encode(), "sha256")
