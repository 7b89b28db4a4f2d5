"""Whether an address may be printed: whoever scans the code stands outside the office's own network."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_INDOORS: Final = frozenset("localhost local localdomain internal intranet lan home corp test invalid".split())
"""Last labels of names that no public name server answers (RFC 2606, RFC 6762, ICANN 2024), or that offices make up."""


def is_public(url: str) -> bool:
    """Tell whether phones anywhere reach the address, and by TLS: neither this machine nor a private network."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_global
    except ValueError:
        labels = parts.hostname.rstrip(".").split(".")
        return len(labels) > 1 and labels[-1] not in _INDOORS
