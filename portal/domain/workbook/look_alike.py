"""Names that are perhaps the same thing written twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from portal.domain.workbook.sheet import Fields

ALIKE: Final = 0.9
_MOST_COMPARED: Final = 500
_ORDINAL: Final = re.compile(r"\d+|[ivx]+|\w")


def look_alikes(names: Mapping[str, str], fresh: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (code, other code) for each of `fresh` whose name is another's but for case, spaces or a slip of the pen.

    `names` are those of one unit, by code. Names that differ in a number or a single letter are meant to differ
    (Loket 1, Loket 2; Ruang A, Ruang B). Beyond 500 names only equal ones are found.
    """
    folded = {code: " ".join(name.casefold().split()) for code, name in names.items()}
    equal: dict[str, list[str]] = {}
    for code, name in folded.items():
        equal.setdefault(name.replace(" ", ""), []).append(code)
    paired: set[frozenset[str]] = set()
    for code in fresh:
        same = [other for other in equal[folded[code].replace(" ", "")] if other != code]
        for other in [*same[:1], *(_similar(code, folded) if len(folded) <= _MOST_COMPARED else ())]:
            if {code, other} not in paired:
                paired.add(frozenset((code, other)))
                yield code, other


def _similar(code: str, names: Mapping[str, str]) -> Iterator[str]:
    name, ordinals = names[code], _ordinals(names[code])
    matcher = SequenceMatcher(b=name, autojunk=False)
    for other, text in names.items():
        matcher.set_seq1(text)
        if other == code or matcher.real_quick_ratio() < ALIKE or _ordinals(text) != ordinals:
            continue
        if matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
            yield other


def _ordinals(name: str) -> list[str]:
    return [word for word in name.split() if _ORDINAL.fullmatch(word)]


def by_unit(rows: Mapping[str, Fields], key: str) -> dict[object, dict[str, str]]:
    """Group names by unit (for units: by parent)."""
    groups: dict[object, dict[str, str]] = {}
    for code, fields in rows.items():
        groups.setdefault(fields.get(key), {})[code] = str(fields["name"])
    return groups
