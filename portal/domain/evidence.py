"""Channel (how a rating came) and evidence (how strong that is): design 4."""

from __future__ import annotations

import unicodedata
from typing import Final

PAPER: Final = "kertas"
MOBILE: Final = "keliling"
LINKS: Final = frozenset({"tautan", "daring"})
"""Channels that are opened from anywhere: nobody can say at whose desk the citizen was."""

EVIDENCE: Final = {
    "loket": "open",
    "petugas": "open",
    "tautan": "open",
    "daring": "open",
    MOBILE: "open",
    PAPER: "assisted",
}


def evidence_of(channel: str) -> str:
    """Return the evidence class of a channel; other channels come with the part that opens them."""
    return EVIDENCE[channel]


def reaches_officer(channel: str) -> bool:
    """Tell whether a rating that came this way may ever be about an officer."""
    return channel not in LINKS


def is_same_person(account_name: str, officer_name: str) -> bool:
    """Tell whether an account bears the officer's name, so that nobody keys in paper about themselves.

    The registry ties no account to an officer; the name is what both have.
    """
    return _plain(account_name) == _plain(officer_name)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
