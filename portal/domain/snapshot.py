"""Signed snapshots: what one says of itself, and what must hold inside it and beside others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from portal.domain.errors import Invalid

if TYPE_CHECKING:
    from portal.domain.score.fair.parts import Own
    from portal.domain.score.fair.sheet import Sheet

FORMAT: Final = "suara-loket-snapshot/1"
SHEET_FORMAT: Final = "suara-loket-sheet/1"
CUTS: Final = ("unit", "service", "counter", "officer")
GENESIS: Final = "0" * 64
"""Stands for the snapshot before the first."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")

Digest = Callable[[Mapping[str, Any]], bytes]
"""SHA-256 of the canonical JSON (RFC 8785)."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a snapshot is; `hash` is the SHA-256 of its payload, `previous` that of the one signed before it.

    `number` counts all snapshots of a government, `version` those of one period; `counts` holds scores by cut.
    """

    government: str
    period: str
    shadow: bool
    version: int
    number: int
    reason: str | None
    signed_at: str
    hash: str
    previous: str
    counts: Mapping[str, int]


def manifest_of(scores: Mapping[str, Sequence[Mapping[str, Any]]], digest: Digest) -> dict[str, Any]:
    """Return how many scores there are of each cut, and their hash."""
    return {cut: {"count": len(rows), "sha256": digest({cut: list(rows)}).hex()} for cut, rows in scores.items()}


def read_contents(payload: Mapping[str, Any], hashed: str, digest: Digest) -> Contents:
    """Return what the payload says it is, once everything in it agrees.

    Raises:
        Invalid: `format`, `manifest` (a score is missing, changed or added), `sheet` (its hash is another), `chain`
            (first and without a predecessor are not the same).
    """
    try:
        contents = _contents(payload, hashed)
        manifest, scores = payload["manifest"], payload["scores"]
        if manifest != manifest_of(scores, digest):
            raise Invalid("manifest")
        sheet = payload["sheet"]
        if sheet is not None and digest(sheet["body"]).hex() != sheet["sha256"]:
            raise Invalid("sheet")
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid("format") from error
    if (contents.number == 1) != (contents.previous == GENESIS):
        raise Invalid("chain")
    return contents


def _contents(payload: Mapping[str, Any], hashed: str) -> Contents:
    if payload["format"] != FORMAT or set(payload["scores"]) != set(CUTS) or not _HASH.fullmatch(payload["previous"]):
        raise Invalid("format")
    numbers = (payload["version"], payload["number"])
    if not all(type(it) is int and it >= 1 for it in numbers) or (numbers[0] == 1) != (payload["reason"] is None):
        raise Invalid("format")
    return Contents(
        payload["government"],
        payload["period"]["id"],
        payload["period"]["shadow"],
        *numbers,
        payload["reason"],
        payload["signed_at"],
        hashed,
        payload["previous"],
        {cut: len(payload["scores"][cut]) for cut in CUTS},
    )


def check_beside(contents: Contents, seen: Contents) -> None:
    """Hold a snapshot against one that was seen before.

    Raises:
        Invalid: `government` is another, `older` (a later version of the period was seen), `other` (the same version or
            number was seen with other contents), `chain` (it names another predecessor than the one before it).
    """
    if contents.hash == seen.hash:
        return
    if contents.government != seen.government:
        raise Invalid("government")
    if contents.number == seen.number:
        raise Invalid("other")
    if contents.period == seen.period:
        if contents.version == seen.version:
            raise Invalid("other")
        if (contents.version < seen.version) or (contents.number < seen.number):
            raise Invalid("older")
    before, after = sorted((contents, seen), key=lambda it: it.number)
    if after.number == before.number + 1 and after.previous != before.hash:
        raise Invalid("chain")


def freeze_own(own: Sequence[Own]) -> list[list[Any]]:
    """Return an officer's own ballots as texts and whole numbers for a file."""
    return [[it.unit, it.service, it.n, it.total, f"{it.weighted_n:f}", f"{it.weighted_total:f}"] for it in own]


def read_sheet(body: Mapping[str, Any], withheld: Mapping[str, Any]) -> Sheet:
    """Return a stored parameter sheet whole: with every comparison group, and the comparable ballots of each officer.

    Raises:
        KeyError: it is none.
    """
    from portal.domain.score.fair.sheet import Sheet  # noqa: PLC0415 - needed at closings and on pages that explain

    officers = {officer: kept["n_star"] for officer, kept in withheld["officers"].items()}
    parts = {"parameters": body["parameters"], "services": body["services"], "groups": withheld["groups"]}
    return Sheet.from_mapping({**parts, "officers": officers})


def read_own(withheld: Mapping[str, Any], officer_code: str) -> Sequence[Own]:
    """Return an officer's own ballots of the months of a stored sheet; none where nobody rated them."""
    from portal.domain.score.fair.parts import Own  # noqa: PLC0415 - brings numpy, which `serve` does without

    kept = withheld["officers"].get(officer_code, {"own": []})["own"]
    return [Own(it[0], it[1], it[2], it[3], Decimal(it[4]), Decimal(it[5])) for it in kept]
