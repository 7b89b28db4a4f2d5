"""The second factor of an account: its sealed secret, the step of the last code, and the recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.storage.tables import Account, RecoveryCode


def put_second_factor(
    session: Session, account_id: int, sealed: bytes, step: int, code_hashes: Sequence[bytes]
) -> None:
    """Keep a second factor, the time step of the code that proved it, and its recovery codes; what was goes."""
    session.execute(update(Account).where(Account.id == account_id).values(totp_sealed=sealed, totp_step=step))
    put_recovery_codes(session, account_id, code_hashes)


def delete_second_factor(session: Session, account_id: int) -> None:
    """Forget the second factor of an account and its recovery codes."""
    session.execute(update(Account).where(Account.id == account_id).values(totp_sealed=None, totp_step=None))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def put_step(session: Session, account_id: int, step: int) -> None:
    """Note the time step of a code that was taken."""
    session.execute(update(Account).where(Account.id == account_id).values(totp_step=step))


def put_recovery_codes(session: Session, account_id: int, code_hashes: Sequence[bytes]) -> None:
    """Replace the recovery codes of an account."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(insert(RecoveryCode), [{"account_id": account_id, "code_hash": digest} for digest in code_hashes])


def use_recovery_code(session: Session, account_id: int, code_hash: bytes) -> bool:
    """Take a recovery code, which is gone with it; False where the account has no such code."""
    one = delete(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.code_hash == code_hash)
    return cast("CursorResult[Any]", session.execute(one)).rowcount == 1


def count_recovery_codes(session: Session, account_id: int) -> int:
    """Count the recovery codes that an account has left."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
    return session.execute(counted).scalar_one()
