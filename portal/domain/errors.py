"""Errors as codes: one table in `web` maps each code to a status, sentences live in the catalogues."""

from __future__ import annotations

from typing import ClassVar


class PortalError(Exception):
    """Something the caller can be told; `code` is stable and part of the API."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "") -> None:
        """Keep `detail` for operators; it never holds an answer, a name or a token."""
        super().__init__(detail or self.code)
        self.detail = detail


class AddressNotPublic(PortalError):
    """Posters would carry an address that phones outside do not reach, or not safely; `detail` is the address."""

    code = "address-not-public"


class Conflict(PortalError):
    """Another writer won; the whole use case may be repeated."""

    code = "conflict"


class NotFound(PortalError):
    """No such thing, or none that this caller may see."""

    code = "not-found"


class CodeUnknown(NotFound):
    """A well-formed code of a counter or a follow-up that names none."""

    code = "code-unknown"


class CodeMistyped(PortalError):
    """A code of a counter or a follow-up whose length, alphabet or check character is wrong."""

    code = "code-mistyped"


class CounterClosed(PortalError):
    """The counter has been closed or moved; `counter_code` is its public code."""

    code = "counter-closed"


class CursorInvalid(PortalError):
    """A cursor that is forged, or was given for another list."""

    code = "cursor-invalid"


class FeedOff(PortalError):
    """Officers' scores do not leave the portal: `appraisal_feed` is off."""

    code = "feed-off"


class Invalid(PortalError):
    """Input that cannot be accepted as it stands."""

    code = "invalid"


class KeyReused(PortalError):
    """The idempotency key was already used for another answer, and the time to change it is over."""

    code = "key-reused"


class FormExpired(PortalError):
    """The signed form token or edit token is forged or too old."""

    code = "form-expired"


class SignInRefused(PortalError):
    """Name or password is wrong, or the account is disabled; never says which."""

    code = "sign-in-refused"


class PasswordExpired(PortalError):
    """The password is right, but was given for a time that is over."""

    code = "password-expired"


class CodeRefused(PortalError):
    """The code of the second factor is wrong or was taken before, and is no recovery code either."""

    code = "code-refused"


class SignInDelayed(PortalError):
    """Too many failures; `detail` is the number of seconds to wait."""

    code = "sign-in-delayed"


class Unauthenticated(PortalError):
    """No valid session or access token."""

    code = "unauthenticated"


class LocalOnly(PortalError):
    """Pages of staff and the feed are open on the machine of the portal alone."""

    code = "local-only"


class Forbidden(PortalError):
    """Known caller, but the scope does not cover this."""

    code = "forbidden"


class SecondPersonNeeded(Forbidden):
    """Whoever proposed an act may not approve it."""

    code = "second-person"


class SetUpDone(PortalError):
    """The portal has been set up: somebody has an account."""

    code = "set-up-done"


class SetUpKeyWrong(PortalError):
    """The address of the set-up lacks its key, or has another one."""

    code = "set-up-key"


class Rehearsing(Forbidden):
    """No score leaves during a rehearsal: its ratings are trials, and will be wiped."""

    code = "rehearsal"


class NotReady(PortalError):
    """The process runs but cannot serve writes; `detail` names the failing probe."""

    code = "not-ready"


class StorageUnavailable(PortalError):
    """The database cannot be reached or written (stopped, full, read-only); nothing was stored."""

    code = "storage-unavailable"
