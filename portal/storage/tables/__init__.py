"""The tables of design 2, typed; a test holds them equal to the head of the migrations."""

from portal.storage.tables.declarative import Base, connection_of
from portal.storage.tables.ratings import (
    Attribution,
    Ballot,
    DayKey,
    Key,
    Pending,
    Release,
    ReleaseCell,
    Response,
    Sighting,
    TallyRow,
    Verdict,
)
from portal.storage.tables.registry import (
    Counter,
    CounterService,
    Duty,
    Holiday,
    Officer,
    OpeningHours,
    PolicyRow,
    Service,
    Unit,
)
from portal.storage.tables.staff import (
    AccessToken,
    Account,
    ApiClient,
    AuditEntry,
    Certificate,
    Heartbeat,
    Refusal,
    SignInSession,
)

APPEND_ONLY = ("responses", "ballots", "attributions", "verdicts", "audit")

__all__ = [
    "APPEND_ONLY",
    "AccessToken",
    "Account",
    "ApiClient",
    "Attribution",
    "AuditEntry",
    "Ballot",
    "Base",
    "Certificate",
    "Counter",
    "CounterService",
    "DayKey",
    "Duty",
    "Heartbeat",
    "Holiday",
    "Key",
    "Officer",
    "OpeningHours",
    "Pending",
    "PolicyRow",
    "Refusal",
    "Release",
    "ReleaseCell",
    "Response",
    "Service",
    "Sighting",
    "SignInSession",
    "TallyRow",
    "Unit",
    "Verdict",
    "connection_of",
]
