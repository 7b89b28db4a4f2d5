"""QR codes on pages: the symbol that posters print as well."""

from __future__ import annotations

from portal.services.enrol.posters.symbol import Symbol, draw

__all__ = ["Symbol", "draw"]
