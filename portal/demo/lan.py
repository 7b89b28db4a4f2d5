"""The address of this machine on its network, for phones that stand beside it."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Final

_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737): it only makes the system say by which of its own it would go out."""


def find_address() -> str | None:
    """Return the address by which others on the network reach this machine, None without a network.

    Nothing is sent: connecting a datagram socket only chooses the route.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if ip_address(address).is_loopback or ip_address(address).is_unspecified else address
